"""Work that would hold up the web processes, done beside them: a row a job (`services.jobs`), a process a job, with limits.

In reading order: `background` is the process of `junheng work`, which has the mixer and, in a thread, the `runner`; the runner claims what
waits and starts for each job a process that lives by the limits of `domain.jobs`; what such a process does is `performing`, and what each
kind of job is, `kinds`, from `assessments` and `campaigns`. `parent`: no process outlives the one that started it.

A job has done its work when its row says so, and its row says so in the transaction that stores what it did: one that was killed, ran out
of memory or was given up has left nothing behind, and can be started again.
"""
