"""Experiments on the project's own networks: a CNN, an LSTM and a Transformer block.

conditions (Conditions 1-3, by layers and replicates); learning_rates (the best one against d, by width and by depth);
betas (beta1 up to and past sqrt(beta2), with the learning rate tuned for each); tuning (what the last two share).
"""
