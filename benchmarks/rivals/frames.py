"""The usual way: a slider, and a chart whose frames Plotly plays."""

import streamlit as st

from benchmarks.rivals.figure import STEPS, descend, marks, picture

st.set_page_config(layout="wide")
lr = st.slider("Adam's learning rate", 0.01, 1.0, 0.3, 0.01)
runs = descend(lr)
figure = picture(runs, lr, STEPS)
# Lean frames: the marks alone move over paths that stand still. Frames that hold the paths up to their step, as most
# tutorials have them, are hundreds of times as many bytes.
figure.frames = [
    {"data": marks(runs, step), "traces": [2 * len(runs) + 2, 2 * len(runs) + 3]} for step in range(STEPS + 1)
]
pace = {"frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}  # 3D does not move without a redraw
play = {"label": "Play", "method": "animate", "args": [None, pace]}
figure.update_layout(updatemenus=[{"type": "buttons", "buttons": [play]}])
st.plotly_chart(figure)
