"""Robots with wheels for worlds that are not alternating_marl's own simulator."""
