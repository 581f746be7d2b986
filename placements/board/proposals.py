"""A proposal as its page shows it: each line with its why, each student left over with what blocks them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.models import Enrolment
from partnership.models import User

from ..languages import name_of as language_name
from ..matching import sentences
from ..matching.answer import plan_from_data, shortlists_from_data
from ..matching.plan import Difference, Line, Plan, Unplaced, difference
from ..matching.problem import Problem
from ..matching.stored import from_data
from ..models import HostSite, Mobility, Placement, ProposalRun, Wish
from ..models import Tutor as TutorRow
from ..states import PLACEMENT_LIVE, WishSide

# Points are shown out of a thousand, whatever the rules weigh.
OUT_OF = 1_000
