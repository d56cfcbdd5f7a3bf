"""The Streamlit program that the environment names, served as our own app is: `uvicorn benchmarks.rivals.host:app`."""

import os
from pathlib import Path

import streamlit as st

app = st.App(Path(__file__).with_name(os.environ["RIVAL"]))
