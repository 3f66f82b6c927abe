package review

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // zones also where the machine has none

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// surroundings are locales and time zones in which nodes run: plain ones, one in
// whose language the capital of i is not I, a quarter of an hour off, and one
// that writes other digits, on the far side of the date line of most servers.
var surroundings = []struct {
	locale, zone string
	east         int // seconds east of Greenwich on 1 January 2026
}{
	{"C", "UTC", 0},
	{"tr_TR.UTF-8", "Asia/Kathmandu", 5*3600 + 45*60},
	{"ar_EG.UTF-8", "America/St_Johns", -3*3600 - 30*60},
}

// orderedScopes has one of every kind of scope.
var orderedScopes = []Scope{ScopeGlobal, "region:UN-ECA", "participant:gmb", "objective:4", "theme:safe", "corridor:DEU-GMB", "round:theme-1"}

const (
	envOrders      = "STOCKTAKE_ORDERS"       // how many; unset: a few
	envOrdersChild = "STOCKTAKE_ORDERS_CHILD" // in a child: which of the surroundings it is in, how many orders, and where it writes what they made
	orderedCorpora = 2
)

// ordered is what one order of records made.
type ordered struct {
	Corpus int
	Order  string            // digest of the order in which the records came
	Made   map[string]string // digests, by scope and form
}

// TestAThousandOrdersInThreeLocalesMakeTheSameBytes assembles records of all
// kinds in orders of their own, half of them one batch after another with Apply,
// in processes that differ by locale and time zone. The thousand take
// STOCKTAKE_ORDERS=1000.
func TestAThousandOrdersInThreeLocalesMakeTheSameBytes(t *testing.T) {
	if child := os.Getenv(envOrdersChild); child != "" {
		orderInChild(t, child)
		return
	}
	orders := 18
	if n, err := strconv.Atoi(os.Getenv(envOrders)); err == nil {
		orders = n
	}
	want := make([]map[string]string, orderedCorpora)
	for i := range want {
		want[i] = formsOf(t, everyKind(t, uint64(i)).read().Stocktake)
	}
	exe, err := os.Executable()
	require.NoError(t, err)
	different := map[string]bool{}
	for i, s := range surroundings {
		file, share := filepath.Join(t.TempDir(), "made.json"), (orders+i)/len(surroundings)
		child := exec.CommandContext(t.Context(), exe, "-test.run=^"+t.Name()+"$", "-test.timeout=0")
		child.Env = append(os.Environ(), "LANG="+s.locale, "LC_ALL="+s.locale, "TZ="+s.zone, fmt.Sprintf("%s=%d %d %s", envOrdersChild, i, share, file))
		said, err := child.CombinedOutput()
		require.NoError(t, err, "%s, %s: %s", s.locale, s.zone, said)
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		var made []ordered
		require.NoError(t, json.Unmarshal(b, &made))
		require.Len(t, made, share)
		for _, m := range made {
			require.Equal(t, want[m.Corpus], m.Made, "corpus %d in %s, %s", m.Corpus, s.locale, s.zone)
			different[m.Order] = true
		}
	}
	require.Len(t, different, orders, "orders that are the same")
	t.Logf("%d orders of %d corpora in %d locales and time zones: in %d scopes each, the same manifest, text, HTML and tables", orders, orderedCorpora, len(surroundings), len(orderedScopes))
}

// orderInChild makes stocktakes in so many orders and writes what they were.
func orderInChild(t *testing.T, child string) {
	words := strings.SplitN(child, " ", 3)
	which, _ := strconv.Atoi(words[0])
	share, _ := strconv.Atoi(words[1])
	_, east := minute(0).In(time.Local).Zone()
	require.Equal(t, surroundings[which].east, east, "the time zone is not in force")
	corpora := make([]*testFederation, orderedCorpora)
	var made []ordered
	for i := range share {
		corpus := i / 2 % orderedCorpora
		if corpora[corpus] == nil {
			corpora[corpus] = everyKind(t, uint64(corpus))
		}
		rng := rand.New(rand.NewPCG(uint64(which), uint64(i)))
		o := ordered{Corpus: corpus}
		if i%2 == 0 {
			o.Order, o.Made = assembledInOrder(t, corpora[corpus], rng)
		} else {
			o.Order, o.Made = appliedInOrder(t, corpora[corpus], rng)
		}
		made = append(made, o)
	}
	b, err := json.Marshal(made)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(words[2], b, 0o600))
}

// assembledInOrder reads all records at once, shuffled.
func assembledInOrder(t *testing.T, f *testFederation, rng *rand.Rand) (order string, made map[string]string) {
	all := f.list()
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	r, err := Read(f.snapshot(), f.genesis, each(all), time.Time{}) // what Assemble does, once for all scopes
	require.NoError(t, err)
	return orderOf(all), formsOf(t, r.Stocktake)
}

// appliedInOrder lets records arrive log by log in any order, a few at a time.
func appliedInOrder(t *testing.T, f *testFederation, rng *rand.Rand) (order string, made map[string]string) {
	a := newArrival(f, rng)
	a.sizes[f.origin("prt")] = 10 // the founding
	s, records := a.state()
	r, err := Read(s, f.genesis, each(records), time.Time{})
	require.NoError(t, err)
	assembly, came := NewAssembly(r), slices.Clone(records)
	for _, scope := range orderedScopes {
		require.NoError(t, assembly.Keep(scope))
	}
	most := pick(rng, []int{8, 40, 200})
	for !a.some(most) {
		had := s
		s, records = a.state()
		news := slices.DeleteFunc(records, func(r Record) bool { return r.Index < had.Log(r.Origin).Size })
		rng.Shuffle(len(news), func(i, j int) { news[i], news[j] = news[j], news[i] })
		_, err := assembly.Apply(s, each(news))
		require.NoError(t, err)
		came = append(came, news...)
	}
	return orderOf(came), formsOf(t, func(scope Scope) (*Stocktake, error) { return assembly.Stocktake(scope) })
}

func orderOf(records []Record) string {
	var b strings.Builder
	for _, r := range records {
		fmt.Fprintln(&b, r.Origin, r.Index)
	}
	return digestOf([]byte(b.String()))
}

// formsOf are the digests of everything that a stocktake is written as.
func formsOf(t *testing.T, of func(Scope) (*Stocktake, error)) map[string]string {
	made := map[string]string{}
	for _, scope := range orderedScopes {
		s, err := of(scope)
		require.NoError(t, err)
		forms := s.Tables()
		forms["digest"], forms["file"], forms["text"], forms["html"] = s.Manifest, s.File(), s.Text(), s.HTML()
		for name, b := range forms {
			made[string(scope)+" "+name] = digestOf(b)
		}
	}
	return made
}

// everyKind has documents of every kind that count, among others that do not:
// what the random corpora have, keys that changed, a forked log, and a second
// charter.
func everyKind(t *testing.T, seed uint64) *testFederation {
	rng := rand.New(rand.NewPCG(41, seed))
	f := newReviewingWith(t, []int{4, 1}[seed%2])
	c := &chaos{testFederation: f, rng: rng, settled: true, ids: map[Kind][]DocumentID{KindCharter: {f.genesis.ID}}}
	f.oneOfEach()
	c.settle(minute(1))
	for range 110 {
		c.clock += rng.IntN(4 * 60)
		switch author := pick(rng, testParticipants()).ID; rng.IntN(4) {
		case 0:
			c.step()
		case 1:
			c.file(c.pledgeStep(author))
		case 2:
			c.file(c.moneyStep())
		default:
			c.reviewStep(author)
		}
		if rng.IntN(6) == 0 {
			c.witness()
		}
	}
	c.settle(minute(c.clock + 1))
	c.settled = false
	for range 12 { // somebody to answer for, and answered for
		c.step()
	}
	log := f.logs[f.origin("mar")]
	common := log.records
	f.say("mar", f.pledge("mar", "What others were shown"), f.genesis.ID)
	other := f.note("mar", len(log.records), nil)
	log.records = slices.Clone(common)
	f.say("mar", f.pledge("mar", "What was shown here"), f.genesis.ID)
	f.say("deu", NewFork(f.common("deu"), f.origin("mar"), f.note("mar", len(log.records), nil), other, tlog.Hash{}, nil), f.genesis.ID)
	f.fileCharter("prt", f.successor())
	c.settle(minute(c.clock + 2))
	return f
}

// oneOfEach files what the random corpora have seldom or never, with words that
// other languages write and sort in other ways.
func (f *testFederation) oneOfEach() {
	genesis := f.genesis.ID
	say := func(predicate any, about DocumentID) DocumentID { return f.say("prt", predicate, about) }
	pledge := say(f.pledge("gmb", "Iğdır ve İzmir"), genesis)
	say(&Report{Common: f.titled("gmb", "İstanbul, ISPARTA, ılık: ١٬٢٣٤٫٥ – 1.234,5"), Status: "planning"}, pledge)
	asked := say(&Comment{Common: f.common("ngo"), Type: "recommendation", Text: "Soon."}, pledge)
	answer := say(&Response{Common: f.common("gmb"), Position: "supported", Text: "Yes."}, asked)
	say(&FollowUp{Common: f.common("gmb"), Status: "in-progress", Text: "Under way."}, answer)
	say(&Adoption{Common: f.titled("un-eca", "A stocktake"), Scope: "region:UN-ECA", Manifest: string(genesis), Snapshot: string(pledge), Cutoff: "2025-12-31T00:00:00Z", Rules: 1}, genesis)

	own := say(f.selfAssessment("gmb", "limited"), genesis)
	fund := say(&Facility{Common: f.titled("un-eca", "A fund"), Currency: "USD", Criteria: []Condition{{"audited", "Audited."}}}, genesis)
	say(&Contribution{Common: f.titled("deu", "A share"), Stage: "committed", Amount: "12.50", Currency: "EUR", On: "2026-01-01", Earmarking: unearmarked}, fund)
	claim := &FundClaim{Common: f.titled("ngo", "A claim"), What: "target", Amount: "400", Currency: "EUR", By: "Somebody"}
	claim.Sources = []string{"A speech"}
	say(claim, fund)
	application := say(&Application{Common: f.titled("gmb", "An application"), Amount: "400", Currency: "USD", Objectives: []int{4}, Country: "GMB", Recipient: "government",
		Assessment: own, Criteria: []string{"audited"}}, fund)
	allocation := say(&Allocation{Common: f.titled("un-eca", "An allocation"), Amount: "12.5", Currency: "USD", On: "2026-01-01"}, application)
	payment := say(&Disbursement{Common: f.titled("un-eca", "A payment"), Amount: "5", Currency: "USD", On: "2026-01-01"}, allocation)
	say(&Result{Common: f.titled("gmb", "A result"), Text: "Done."}, payment)
	say(&Rates{Common: f.titled("un-eca", "Rates"), Base: "USD", On: "2026-01-01", Source: "Some", Rates: []Rate{{"EUR", "1.085"}}}, genesis)

	say(&Policy{Common: f.titled("deu", "What we do not show"), Rules: []DisplayRule{{"ngo", "A court"}}}, genesis)
	say(f.delegation("gmb", "office of gmb", KindPledge), genesis)
	say(f.accredits("ngo", authorAt(0), "Rural Voices", string(authorAt(0))+" author"), genesis)
	say(&CarrierRefusal{Common: f.common("deu"), Code: "refused", Message: "Not here."}, genesis)
}

// Every kind counts somewhere in these corpora, and there is much that does not.
func TestTheCorpusOfOrdersHasEveryKind(t *testing.T) {
	counting, labels := map[Kind]int{}, map[string]bool{}
	for seed := range uint64(orderedCorpora) {
		r := everyKind(t, seed).read()
		for _, e := range r.docs {
			if labels[e.label().Reason] = true; e.doc != nil && e.counts() {
				counting[e.doc.Kind]++
			}
		}
	}
	for _, k := range Kinds() {
		assert.NotZero(t, counting[k], "no %s counts", k)
	}
	assert.Greater(t, len(labels), 20, "%v", labels)
}
