"""Seeded listeners with known truth, and what Spotify would hand out about them: two exports, polls and catalogue answers.

One seed is one history, byte for byte, in every Python version: only `Random.random()` is drawn from, nothing depends on
the clock, on hashing or on the order of a set. (Bytes of the JSON documents, that is: how a zip packs them is zlib's.)
Each row of each document is made from one play, and `Document.rows` says which; each object of a catalogue answer from one
entity of a catalogue that changes, and `Answer.rows` says which.
"""

from spotify_platform.simulator.account import account_documents, account_rows
from spotify_platform.simulator.catalogue_answers import Answer, catalogue_answers, daily_answers, listener_answers
from spotify_platform.simulator.catalogue_truth import CatalogueTruth, catalogue_truth, write_catalogue
from spotify_platform.simulator.changing import ChangingCatalogue, Version, changing_catalogue, large_catalogue
from spotify_platform.simulator.documents import Document
from spotify_platform.simulator.exports import (
    Written,
    write_account_zip,
    write_extended_zip,
    write_folder,
    write_polls,
    write_zip,
)
from spotify_platform.simulator.extended import extended_documents, extended_rows
from spotify_platform.simulator.history import History, simulate
from spotify_platform.simulator.play import Play
from spotify_platform.simulator.polls import api_documents, poll_documents
from spotify_platform.simulator.population import Delivery, WrittenUser, deliveries, population, write_population, write_user
from spotify_platform.simulator.truth import Truth, truth, truth_of, write_truth

__all__ = [
    "Answer",
    "CatalogueTruth",
    "ChangingCatalogue",
    "Delivery",
    "Document",
    "History",
    "Play",
    "Truth",
    "Version",
    "Written",
    "WrittenUser",
    "account_documents",
    "account_rows",
    "api_documents",
    "catalogue_answers",
    "catalogue_truth",
    "changing_catalogue",
    "daily_answers",
    "deliveries",
    "extended_documents",
    "extended_rows",
    "large_catalogue",
    "listener_answers",
    "poll_documents",
    "population",
    "simulate",
    "truth",
    "truth_of",
    "write_account_zip",
    "write_catalogue",
    "write_extended_zip",
    "write_folder",
    "write_polls",
    "write_population",
    "write_truth",
    "write_user",
    "write_zip",
]
