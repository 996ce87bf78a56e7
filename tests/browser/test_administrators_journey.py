"""What an administrator does in a browser: list, search, add, change, delete, look at the history, many at once."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitors import Visitor

ADMIN = "/admin/models_app"
SURE = "Yes, I\u2019m sure"


@pytest.fixture
def admin(visitor) -> Visitor:
    """A platform administrator, signed in at the admin's door."""
    visitor.opens("/admin/")
    visitor.types(username="admin", password=visitor.password)
    visitor.presses("Log in")
    visitor.sees_heading("Administration")
    return visitor


def is_told(visitor, text):
    """What the admin says above its pages."""
    expect(visitor.page.locator(".messagelist")).to_contain_text(text)


def sees_listed(visitor, *rows):
    """Wait until these are the first cells of a list: a button is let go before the next page is there."""
    expect(visitor.page.locator("#result_list tbody th")).to_have_text(rows)


def ticks(visitor, *rows):
    """The boxes beside rows, and then an action for them."""
    for row in rows:
        visitor.page.get_by_role("row").filter(has_text=row).get_by_role("checkbox").check()


def chooses(visitor, action):
    """An action of the list, and "yes" to the question whether it is meant."""
    visitor.page.locator("select[name=action]").select_option(label=action)
    visitor.presses("Go")
    visitor.presses(SURE)


def test_a_team_from_its_founding_to_its_end(admin):
    admin.opens(f"{ADMIN}/team/add/")
    admin.types(team="weather", display_name="Weather")
    admin.presses("Save")
    is_told(admin, "added successfully")

    admin.page.get_by_label("Search", exact=True).fill("wea")
    admin.presses("Search")
    sees_listed(admin, "weather")

    admin.page.get_by_role("link", name="weather", exact=True).click()
    admin.types(display_name="Weather and tides")
    admin.presses("Save and continue editing")
    is_told(admin, "changed successfully")
    admin.page.get_by_role("link", name="History").click()
    expect(admin.page.locator("#change-history")).to_contain_text("Weather and tides")
    expect(admin.page.locator("#change-history tbody tr")).to_have_count(2)

    admin.opens(f"{ADMIN}/team/weather/delete/")
    admin.presses(SURE)
    is_told(admin, "deleted successfully")
    expect(admin.page.locator("#result_list tbody th").filter(has_text="weather")).to_have_count(0)


def test_several_people_at_once(admin):
    for name in ("visitor-1", "visitor-2"):
        admin.opens(f"{ADMIN}/user/add/")
        admin.types(user_name=name)
        for field in ("new_password", "repeated_password"):
            admin.page.locator(f"#id_{field}").fill("a-long-phrase-for-a-visitor")
        admin.presses("Save")
        is_told(admin, "added successfully")

    admin.opens(f"{ADMIN}/user/?q=visitor")
    sees_listed(admin, "visitor-1", "visitor-2")
    ticks(admin, "visitor-1", "visitor-2")
    chooses(admin, "Deactivate selected users")

    is_told(admin, "2")
    admin.opens(f"{ADMIN}/user/visitor-1/change/")
    expect(admin.page.get_by_label("May sign in")).not_to_be_checked()
    admin.presses("Log out")
    admin.sees_heading("Sign in")
    admin.page.goto(f"{admin.url}/admin/")
    expect(admin.page.get_by_role("button", name="Log in")).to_be_visible()
