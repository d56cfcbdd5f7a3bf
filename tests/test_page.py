"""The Streamlit page: it mounts the stage and shows the formulas of the scene that the stage told it about."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from surfaces import SURFACES
from tests.driver import BASIC

PAGE = Path(__file__).parent.parent / "ui" / "page.py"


def opened(**query):
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    for key, word in query.items():
        app.query_params[key] = word
    app.run()
    assert not app.exception
    assert not formulas(app), "nobody has opened the sidebar yet"
    return told(app)


def told(app, **state):
    """Run the page again with what the stage reports: the sidebar is open, and this state."""
    app.session_state["stage"] = {"opened": True, **state}
    app.run()
    assert not app.exception
    return app


def formulas(app):
    return [latex.value for latex in app.sidebar.latex]


def shows(app, members):
    return all(any(member.tex in formula for formula in formulas(app)) for member in members)


def test_it_opens_with_every_rule():
    app = opened()
    assert shows(app, BASIC.values())
    assert len(formulas(app)) == 3 + len(BASIC), "the surface, the schedule, the noise and every optimizer"
    assert len(app.sidebar.expander) == len(BASIC), "each with the code that runs"


def test_it_opens_a_link():
    app = opened(surface="beale", on="sgd,adam")
    assert shows(app, [SURFACES["beale"], BASIC["sgd"], BASIC["adam"]])
    assert len(formulas(app)) == 5


def test_one_change_of_the_stage_is_enough_every_time():
    """A page that reads its URL on every rerun can lose every second change."""
    app = opened(surface="beale")
    for surface in ["ravine", "beale", "saddle", "beale", "ravine"]:
        told(app, scene=f"surface={surface}&on=adam")
        assert shows(app, [SURFACES[surface], BASIC["adam"]])
        assert len(formulas(app)) == 4
