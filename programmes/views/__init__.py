"""The pages of what is taught."""
