# %% [markdown]
# **How this notebook works.** Write your answers in the cells that say *not written yet*; put in as
# many cells of your own as you like. The `check(...)` cells try your functions on inputs that
# anybody may see; grading uses others, so an answer that fits only these earns nothing. Leave the
# check cells as they are, they are restored before grading anyway.
#
# Only what your functions need is run for grading: the cells that define them, and what those use.
# Training runs, plots and experiments of yours cost you nothing and cannot fail you. Before you
# hand in: *Kernel → Restart Kernel and Run All Cells*, and save.
