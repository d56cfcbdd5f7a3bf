"""The way of the newest popular visualizer: the script runs anew for every step and draws the whole figure each time.

Left out is its time.sleep between two steps.
"""

import streamlit as st

from benchmarks.rivals.figure import STEPS, descend, picture

st.set_page_config(layout="wide")
lr = st.slider("Adam's learning rate", 0.01, 1.0, 0.3, 0.01)
playing = st.toggle("Play")
step = st.session_state.setdefault("step", STEPS)
st.plotly_chart(picture(descend(lr), lr, step))
if playing:
    st.session_state.step = (step + 1) % (STEPS + 1)
    st.rerun()
