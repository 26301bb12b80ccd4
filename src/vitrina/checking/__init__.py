"""What `check` is made of: Frictionless' verdict, rules beyond the schema, typed columns, the report and its ledger."""
