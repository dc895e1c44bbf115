"""The market in tables and figures: one page without any network, beside it the tables and figures as files.

`nftd.report.write.write_report` makes all of it. The numbers of tables and figures are those of the study that this
project starts from; what it could not know comes behind them.
"""
