"""What private looks like in text: one set of rules for masking while reading and for the gate before publishing.

`fold` finds the places worth a look, `patterns` decides, `masking` hides what they find in one cell.
"""
