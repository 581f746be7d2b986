"""Temporary."""
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partnership.states import Role
from tests.browser.test_pages import arrive


def test_look(world, crew):
    from tests.browser import pages
    names=["partnership:board","cohorts:forecast","cohorts:history","partnership:zone_map","partnership:agenda","partnership:report","partnership:convention","partnership:milestone_detail","partnership:convention_list","partnership:handbook_index","partnership:handbook","partnership:handbook_page"]
    clients={}

    out=open("/tmp/mine/look.txt","w")
    for page in pages.PAGES:
        if page.name not in names or page.reader!=Role.COORDINATOR or page.note: continue
        try:
            c=Client(); c.force_login(world.user(page.reader, page.zone), backend="allauth.account.auth_backends.AuthenticationBackend"); c.get("/fr/style/")
            with CaptureQueriesContext(connection) as sent:
                c.get(page.address(world))
            visitor = arrive(page, world, crew)
            for w in (1280,390):
                visitor.widen(w)
                visitor.page.screenshot(path=f"/tmp/mine/{page.name.replace(':','_')}-{w}.png", full_page=True)
            visitor.widen(1280)
            out.write(f"{page.name} {len(sent)} height {visitor.page.evaluate('document.documentElement.scrollHeight')} faults {visitor.faults} wide {visitor.too_wide()}\n")
        except Exception as e:
            out.write(f"{page.name} {e!r}\n"[:1500])
        out.flush()
