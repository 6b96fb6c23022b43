"""What a wallet is: pure values and rules, no Qt, no I/O, the time passed in."""
