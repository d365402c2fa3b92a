# What looks like a keyword but is none.
let iff = 1; lets = 2; in_ = 3; rec' = 4; with-x = 5; inherits = 6; true' = true; orr = 7; _if = 8; assert-not = 9; thenn = 10; else-if = 11; in' = 12; in
[ iff lets in_ rec' with-x inherits true' orr _if assert-not thenn else-if in' __curPos builtins.__curPos or null ]
