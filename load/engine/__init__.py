"""The arrival engine: tells the stories of its share of the schedule, in one process of its own.

alarm · deadlines                due times and time-outs
requests · connection · pool     HTTP/1.1 to the origins that may be asked
teller · crowd · door            one story; all that are being told; who comes in when
tally · reporter                 what happened, and the batches in which it is told
commands · engine                the process: its commands, its beginning and its end
"""
