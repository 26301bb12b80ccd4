"""What `package` is made of: the file formats, the Data Package descriptor and the texts that travel along."""
