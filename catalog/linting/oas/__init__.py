"""The rules of `spectral:oas`, rebuilt so that its users' rulesets carry over.

Names, levels and the places looked at are those of Spectral's own ruleset (github.com/stoplightio/spectral,
Apache-2.0); descriptions, code and the tables of a document's structure are ours.
"""
