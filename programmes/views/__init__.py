"""The pages, by noun: the contents of courses."""

from .contents import (
    curriculum_create,
    curriculum_list,
    curriculum_read,
    curriculum_submit,
    curriculum_validated_list,
    curriculum_withdraw,
    module_add,
    module_edit,
    module_lower,
    module_raise,
    module_remove,
)

__all__ = [
    "curriculum_create",
    "curriculum_list",
    "curriculum_read",
    "curriculum_submit",
    "curriculum_validated_list",
    "curriculum_withdraw",
    "module_add",
    "module_edit",
    "module_lower",
    "module_raise",
    "module_remove",
]
