package review

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheLastPolicyThatStandsIsInForce(t *testing.T) {
	f := newFederation(t, 4)
	policy := func(carrier, author ParticipantID, what string) DocumentID {
		return f.say(carrier, &Policy{Common: f.titled(author, "What we do not show"), Rules: []DisplayRule{{what, "A court"}}}, f.genesis.ID)
	}
	inForce := func(of ParticipantID) DocumentID {
		_, id := f.read().Policy(of)
		return id
	}
	assert.Empty(t, inForce("gmb"))

	first := policy("deu", "gmb", "ngo")
	assert.Equal(t, first, inForce("gmb"), "not filed yet, and its author's node keeps to it")
	f.settle(minute(10))
	policy("deu", "ngo", "gmb")
	forged := f.compose(&Policy{Common: f.titled("gmb", "Not ours"), Rules: []DisplayRule{{"deu", "A prank"}}}, f.genesis.ID)
	f.append("prt", forged, "ngo author")
	f.settle(minute(20))
	assert.Equal(t, first, inForce("gmb"), "somebody else's word")

	second := policy("prt", "gmb", "phl")
	f.settle(minute(30))
	assert.Equal(t, second, inForce("gmb"))
	f.say("deu", &Withdrawal{Common: f.common("gmb"), Reason: "The order was lifted."}, second)
	f.settle(minute(40))
	assert.Equal(t, first, inForce("gmb"), "the earlier one was not withdrawn")
	f.say("deu", &Withdrawal{Common: f.common("gmb"), Reason: "We show everything."}, first)
	f.settle(minute(50))
	assert.Empty(t, inForce("gmb"))
}
