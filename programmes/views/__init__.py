"""The pages of what is taught: contents and who judges them, the chair, its guests."""
