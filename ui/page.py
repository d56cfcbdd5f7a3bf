"""The page: the stage over the whole window, and beside it, in the sidebar, the rules in formulas and code."""

import inspect
import re
from dataclasses import astuple
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl

import streamlit as st
from streamlit.components.v2 import component

from engine import NOISES, SCHEDULES, Member, configure
from engine.device import rollout_device
from optimizers import OPTIMIZERS
from ui import openings
from ui.entries import optimizer_of
from ui.scene import Scene, surface_of
from ui.static import CATALOGUE, SCRIPT
from ui.version import PLOTLY_PATH, VERSION
from ui.words import choose, say, speaking

configure()  # Streamlit may run this script before any answer is computed; later runs of it change nothing

# The same text in every version: Streamlit would put a second stage over the first when it changes. The stage that a
# page has loaded learns from the data that the server has another version, and loads the page again.
LOADER = """
let parts;
export default async (component) => {
  const [script, catalogue] = component.data.map((path) => new URL(path, document.baseURI));
  parts ??= Promise.all([import(script), fetch(catalogue).then((answer) => answer.json())]);
  const [stage, known] = await parts;
  return stage.default(component, known);
};
"""


def formula(member: Member) -> None:
    """A member's rule and where it comes from."""
    tex = re.sub(r"(\\text\{\s*)([^{}]*?)(\s*\})", lambda part: part[1] + t(part[2]) + part[3], member.tex)
    st.latex(r"\begin{gathered}" + tex + r"\end{gathered}")
    authors, year, where = astuple(member.reference)
    st.caption(f"{authors} {year}, {where}" if authors else t(where))


# The stage chooses alike (data/language.js).
language = choose(st.query_params.get("lang"), st.context.headers.get("Accept-Language", "").split(","))
t = partial(say, language)
# What the stage last told; nothing at first. It is read before the stage is shown, so that the tab is named after it.
url = (st.session_state.get("stage") or {}).get("scene")
scene = Scene.read(st.query_params if url is None else dict(parse_qsl(url, keep_blank_values=True)))
surface = surface_of(scene)

st.set_page_config(
    page_title=f"{t(surface.name)} \N{EN DASH} Descent Lab",
    page_icon=(Path(__file__).parent / "icon.svg").read_text(encoding="utf-8"),
    layout="wide",
    initial_sidebar_state="collapsed",
)
stage = component("stage", html="<div data-stage></div>", js=LOADER, isolate_styles=False)

result = stage(
    key="stage",
    # In a list: Streamlit searches a dict for data frames, and imports pandas for that, which takes 0.2 s.
    data=[path.lstrip("/") for path in (SCRIPT, CATALOGUE, PLOTLY_PATH)] + [VERSION],
    on_scene_change=lambda: None,
    on_opened_change=lambda: None,
)
with st.sidebar:
    st.subheader(t(surface.name))
    if not result.opened:
        st.stop()  # rendering formulas in a closed sidebar would delay the stage by a third of a second
    formula(surface)
    with speaking(language):
        st.caption(openings.remark(surface))
    for id in dict.fromkeys(map(optimizer_of, scene.on)):
        optimizer = OPTIMIZERS[id]
        st.subheader(t(optimizer.name))
        formula(optimizer)
        # Only once it is opened: the syntax highlighter is 1.5 MB, a quarter of all that the page loads.
        with st.expander(t("The code that runs"), key=f"code {id}", on_change="rerun") as code:
            if code.open:
                st.code(inspect.getsource(optimizer.update), language="python", wrap_lines=True)
    schedule = SCHEDULES[scene.schedule]
    st.subheader(t("Decay: {schedule}", schedule=t(schedule.name, "schedule")))
    formula(schedule)
    st.caption(t(r"$t$ counts the steps from 0; $\eta_0$ is an optimizer's own learning rate times the one for all."))
    noise = NOISES[scene.noise_model]
    st.subheader(t("Gradient noise: {noise}", noise=t(noise.name)))
    formula(noise)
    st.caption(t("Every optimizer sees the same draws, at its look-ahead and in its Hessian too."))
    st.caption(t("Computed in float64 by JAX on the {device}.", device=rollout_device().platform.upper()))
