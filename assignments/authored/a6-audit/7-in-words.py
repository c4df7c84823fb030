# %% [markdown]
# ## In words
#
# Two answers that no program can grade. Write into the cells below; a person reads them, with the
# points that stand under each question.

# %% [markdown] question: audit_report
# minutes: 20
#
# The report below is invented. It contains at least six errors or gaps of the kinds that you have
# measured above.
#
# > **A digit reader that withstands attacks.** We train a network on MNIST, normalised with mean
# > 0.13 and standard deviation 0.31, and put a layer before it that rounds its input to eight
# > levels. We attack it with FGSM at $\epsilon = 0.1$ on the normalised images and clamp the
# > results to $[0, 1]$. Of 1,000 test images that the network classifies correctly, the attack
# > fools 3.1 %. PGD with five steps of 0.001 fools even fewer, 2.4 %, and random noise of the same
# > size 4.0 %, which shows that our network offers an attacker no information to exploit. The
# > robust accuracy of 96.9 % at $\epsilon = 0.1$ exceeds that of all published defences. Even at
# > $\epsilon = 0.5$ it is 41 %.
#
# Name **four** of them. For each: quote the words, say what is wrong, say in which direction it
# moves the reported number (if you can), and give the experiment that would settle it. Then write,
# in one sentence, what the report has shown. About 250 words.
#
# >> How it is graded
# - **1 point each, up to 4**: an error that is really there, quoted, with what is wrong and an
#   experiment that would settle it; half a point without the experiment.
# - **1 point**: a last sentence that claims neither more nor less than was measured.
#
# Taken off: half a point for each "error" that is none. Not taken off: English, length, order.

# %% [markdown] answer: audit_report
# **For graders.** Any four of these, or others that are really there:
#
# 1. *"$\epsilon = 0.1$ on the normalised images"*: in pixels that is 0.1 x 0.31 = 0.031, a third of
#    what the comparison with other defences assumes. Makes the number too high. Settle: attack at
#    0.1 in pixels, with the normalisation as a layer.
# 2. *"clamp the results to [0, 1]"*: on that scale black is -0.42 and white 2.81. The clamp cuts
#    digits off and undoes most of the attack on bright pixels. It alters clean images too. Settle:
#    clamp to black and white; look whether the curve starts at the clean accuracy.
# 3. *"rounds its input"* and gradient attacks: the gradient of rounding is 0, so FGSM and PGD do
#    nothing. Too high. Settle: straight-through gradient (BPDA), or a search without gradients.
# 4. *"PGD ... fools even fewer"*, *"random noise ... 4.0 %"*: an iterated attack weaker than one
#    step, and both weaker than noise, show a broken attack, not a strong network. Settle: as 3.
# 5. *"five steps of 0.001"*: together 0.005, a twentieth of the budget: it cannot even cross it.
#    Settle: steps of 2.5 epsilon / number of steps, the loss after each step, restarts, the margin.
# 6. *"Of 1,000 test images that the network classifies correctly"*, *"robust accuracy of 96.9 %"*:
#    100 % - 3.1 % is a share of the right ones, not of all. Too high by the clean error. Settle:
#    count over all images.
# 7. *"Even at 0.5 it is 41 %"*: were it pixels it would be impossible (grey images, guessing is
#    10 %). It shows that the attack does nothing, or that the unit is another one.
# 8. *"exceeds all published defences"*: compared at another epsilon, with another attack; no
#    interval is given: 3.1 and 2.4 % of 1,000 do not differ.
#
# Last sentence, for example: one step of FGSM through a layer without gradients, at 0.031 in
# pixels, changes the answer to few of the images that were right.

# %% [markdown] question: disclosure
# minutes: 20
#
# A company sells a service that reads handwritten amounts on bank cheques from a photograph. Its
# web page says: "robust against adversarial examples, 99 %, independently tested". You own a
# cheque book, an account with the service, and everything from this course.
#
# 1. What may you try, and what not, before you ask anybody?
# 2. You get the company's permission, and find an attack that turns most amounts into others. Whom
#    do you tell, what, in which order, and when do you publish? What do you leave out?
# 3. The company answers that it has added "a layer that removes the attack". Which evidence would
#    convince **you** that it works, and which sentence would you then accept on the web page?
#
# About 250 words. The course's page on ethics is a good start.
#
# >> How it is graded
# - **1 point**: what needs permission and what does not. Models and images of one's own, not
#   somebody's running service.
# - **2 points**: the owner first and privately, with what is needed to repeat it; an agreed date;
#   what helps defenders is published, what only helps to repeat the harm is not; who may be harmed
#   is named.
# - **1 point**: an attack made for the new layer, by somebody who knows it, with the checks of this
#   notebook: stronger than noise, both losses, converged, all images.
# - **1 point**: a sentence with the attack, the epsilon and its unit, the number of images and an
#   interval.

# %% [markdown] answer: disclosure
# **For graders.** A good answer says, in its own words:
#
# 1. Allowed: networks trained by oneself, public research models, pictures of one's own cheques on
#    one's own computer. Not without written permission: probing the running service, even with
#    one's own account; its terms and in many places the law forbid it. Handing in altered cheques
#    is fraud whatever the purpose.
# 2. The company first, privately, with images, code and conditions to repeat it; then perhaps a
#    national contact for such reports, and the banks that rely on it. A date agreed, 90 days being
#    customary, extended if a fix is on the way. Published: the weakness, the measurement, the fix.
#    Left out: images ready for use, the parameters of the running service. Customers bear the
#    harm, and did not choose.
# 3. That an adaptive attack, by somebody who knows the layer, fails: straight-through or averaged
#    gradients, the margin, a search without gradients, more steps and restarts until nothing
#    changes; noise weaker than the attack; everything breaks at a large epsilon. On all images of a
#    sample that was fixed before, with an interval. Better still a certificate.
#    Accepted: "In a test by X in 2026, 91 of 100 cheques (84 to 95 %) were still read rightly after
#    attack Y with changes of at most 8/255 per pixel." Not accepted: "robust".

# %% [markdown]
# ## Before you go and attack something
#
# You now know enough to do harm with. Attack only what is yours to attack: models that you trained,
# models published for research, systems whose owner has agreed in writing. If you find a weakness
# in something that people rely on, tell its owner first, privately, and agree on a date. Publish
# the conditions, the measurement and the fix. And claim what you measured: "robust" is not a
# property of a network; a share of images, an attack and an epsilon are. The course's site has a
# page on it: *Ethics*.

# %% [markdown]
# ## What you can now do
#
# - Convert any epsilon to pixels, and put five questions to any robustness number.
# - Evaluate a network so that the unit, the range and the denominators cannot be wrong.
# - See that a gradient is hidden, and go round what hides it.
# - Say why a detector does not end the game.
# - Compute a certified radius from votes, and say what it certifies.
# - Write an audit that others can check, and disclose a weakness without doing harm.
