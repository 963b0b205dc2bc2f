"""How is a run shown? One HTML page that opens offline, pictures and tables; they draw and print what record and score found."""

from latecomer.report.export import write_tables
from latecomer.report.figures import figures, save_figures
from latecomer.report.page import write_report

__all__ = ["figures", "save_figures", "write_report", "write_tables"]
