package review

// messages are the English sentences of refusals, by code. {name} stands for
// an argument. One line each: what is wrong and what to write instead.
var messages = map[string]string{}
