"""The pages of authors and coordinators: contents, their modules, who judges them."""
