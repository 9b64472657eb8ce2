"""Why two texts are similar, and what a model does not see.

`explanation` takes a cosine apart into words, `omission` leaves words out, `probe` changes what
a sentence says (`variants` has the rules), and `senses` follows one word through the layers.
"""
