package review

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAThreadHoldsEverythingSaidAboutADocument(t *testing.T) {
	c := newCast(t)
	c.receipt("prt", c.all(minute(10)))
	answer := c.say("deu", &Response{Common: c.common("gmb"), Position: "answered", Text: "Because."}, c.question)
	late := c.say("deu", &Comment{Common: c.common("bgd"), Type: "challenge", Text: "Is it so?"}, c.pledge)
	c.append("deu", c.compose(&Comment{Common: c.common("bgd"), Type: "challenge", Text: "Forged."}, c.pledge), "ngo author")
	c.receipt("deu", c.all(minute(20)))
	c.say("phl", &Withdrawal{Common: c.common("gmb"), Reason: "wrong figures"}, c.report)
	c.receipt("phl", c.all(minute(30)))

	thread, ok := c.read().Thread(c.pledge)
	require.True(t, ok)
	assert.Equal(t, KindPledge, thread.Kind)
	assert.Equal(t, "A pledge", thread.Title)
	require.Len(t, thread.Replies, 3, "report, shadow report, late comment; not the forged one")
	assert.Equal(t, late, thread.Replies[2].ID, "by filing")
	var report *Thread
	for _, r := range thread.Replies {
		if r.ID == c.report {
			report = r
		}
	}
	require.NotNil(t, report)
	assert.Equal(t, ReasonWithdrawn, report.Label.Reason, "taken back, and still there")
	require.Len(t, report.Replies, 2, "the question, the withdrawal")
	assert.Equal(t, "question", report.Replies[0].Type)
	require.Len(t, report.Replies[0].Replies, 1)
	assert.Equal(t, answer, report.Replies[0].Replies[0].ID)

	b, err := json.Marshal(thread)
	require.NoError(t, err)
	var again Thread
	require.NoError(t, json.Unmarshal(b, &again))
	assert.Equal(t, thread, &again)

	_, ok = c.read().Thread("nothing")
	assert.False(t, ok)
}

func TestAnEndlessThreadIsCutOff(t *testing.T) {
	f := newFederation(t, 1)
	first := f.say("prt", f.pledge("gmb", "A pledge"), f.genesis.ID)
	id := first
	for i := range maxThreadDepth + 5 {
		id = f.say("prt", &Comment{Common: f.common("ngo"), Type: "challenge", Text: fmt.Sprint(i)}, id)
	}
	f.settle(minute(10))
	thread, _ := f.read().Thread(first)
	depth := 0
	for len(thread.Replies) > 0 {
		thread = thread.Replies[0]
		depth++
	}
	assert.Equal(t, maxThreadDepth, depth)
	assert.Equal(t, 1, thread.NotListed)
}

func TestAReadingIsSharedByGoroutines(t *testing.T) {
	c := newCast(t)
	c.settle(minute(10))
	r := c.read()
	var wg sync.WaitGroup
	for _, scope := range []Scope{ScopeGlobal, ScopeGlobal, "region:UN-ECA", "participant:gmb"} {
		wg.Go(func() {
			_, err := r.Stocktake(scope)
			assert.NoError(t, err)
			r.Thread(c.pledge)
			r.Label(c.report)
			r.Evidence(Place{c.origin("prt"), 0})
		})
	}
	wg.Wait()
}
