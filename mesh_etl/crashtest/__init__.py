"""Break a run at every call that it makes of storage and catalogue, and see that the next run mends it.

watch.py      counts the calls, and strikes at one of them
storage.py    a storage whose calls are watched
world.py      a world whose clients' calls are watched
child.py      work in a process of its own, which may be killed
copies.py     copies of a project, from which each trial begins anew
state.py      what a reader sees of a table, and what must hold of it
campaign.py   every call, every way to break it, and what must hold afterwards
product.py    the campaign over a producer's own job, on a copy of the project
"""
