"""The stages: each takes one thing, does one job to it and hands it on by rows.

`scrape, select, fetch, intake, dream, judge, draft | a person decides | pin, voucher`. A stage is a function of
the house and a lease; it does its work with no transaction open and returns what is to be written. The loop
(`nftd.stages.loop`) writes that in one transaction together with the end of the lease.
"""
