package review

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"stocktake/signing"
)

// The files of an exported document. The first five are what stock Sigstore
// tools take; the others add who the members and witnesses are and what
// follows. VERIFY.md specifies them.
const (
	FilePAE         = "document.pae"           // what was signed; its SHA-256 is the document's ID
	FileBundle      = "document.sigstore.json" // payload, signature, log entry, proof, checkpoint with cosignatures
	FileSigner      = "signer.pub"             // the signer's key in PEM
	FileTrustedRoot = "trusted_root.json"      // the federation's logs
	FileAbout       = "about.pae"              // what the document is about
	FileFounding    = "federation.jsonl"       // charters, accessions, openings, keys, forks
	FileRelated     = "related.jsonl"          // its other records, what it rests on, what follows it
	FileNote        = "export.note"            // the exporting node's word
)

// exported are the files that Verify reads.
var exported = []string{FilePAE, FileBundle, FileSigner, FileTrustedRoot, FileAbout, FileFounding, FileRelated, FileNote}

// ExportedFiles are the names of the files that [Verify] reads.
func ExportedFiles() []string { return slices.Clone(exported) }

// ErrUndecided means that files do not suffice to judge: a key, a checkpoint
// or the charter is missing, or the signer is not known to it.
var ErrUndecided = errors.New("review: cannot be decided")

// ErrContradiction means that files which belong together contradict each
// other: one of them was changed.
var ErrContradiction = errors.New("review: these files do not belong together")

// Whether a document counts, as far as files show.
const (
	CountsYes       = "yes"
	CountsNo        = "no"
	CountsUndecided = "undecided"
)

// Verdict is what exported files prove about one document, without a node.
type Verdict struct {
	ID         DocumentID    `json:"id"`
	Kind       Kind          `json:"kind"` // "" where the content is gone
	Title      string        `json:"title"`
	Author     ParticipantID `json:"author"`
	AuthorName string        `json:"authorName"`
	AuthorKind string        `json:"authorKind"` // of the participant: state, civil-society, ...
	// AuthorEnded is when the author's part in the federation ended: RFC 3339.
	AuthorEnded string `json:"authorEnded,omitempty"`
	// Accredited is the author, where no charter lists it: who answers for it.
	Accredited *Accredited `json:"accredited,omitempty"`

	Signer   string  `json:"signer"`             // fingerprint of the key
	Role     string  `json:"role"`               // of the key: author, root, clerk
	Capacity string  `json:"capacity"`           // own key, delegated office, root key, clerk key
	Holder   string  `json:"holder,omitempty"`   // office that the author delegated the key to
	KeyEnded *KeyEnd `json:"keyEnded,omitempty"` // the key ended after it signed this

	Counts  string `json:"counts"`            // yes, no, undecided
	Reason  string `json:"reason,omitempty"`  // why not: a label, as in Label.Reason
	Because string `json:"because,omitempty"` // the same in words

	Federation   DocumentID  `json:"federation"`
	Charter      int         `json:"charter"`                // number of the one in force
	CharterFiled int         `json:"charterFiled,omitempty"` // of the highest that its members had agreed to when this was filed; 0 while it is pending
	Filed        string      `json:"filed"`                  // RFC 3339; empty while no quorum has cosigned
	Witnesses    int         `json:"witnesses"`              // that cosigned
	Quorum       int         `json:"quorum"`                 // of the witnesses of that time
	Places       []Proven    `json:"places"`                 // where it was filed, the earliest first
	Superseded   *Following  `json:"supersededBy,omitempty"` // the version that stands in its place
	Withdrawn    *Withdrawn  `json:"withdrawn,omitempty"`    // by its author
	Disputed     []Following `json:"disputedBy"`             // by others
	Refused      []Following `json:"refusedBy"`              // nodes that did not file it, and said so
	Sample       bool        `json:"sample"`
	Proves       string      `json:"proves,omitempty"` // what the document shows by itself: of a fork, the log and its two histories
	Known        *ExportNote `json:"known,omitempty"`  // up to where the exporting node looked for what follows; nil if no node says so

	// TakenBack are attachments, by name, that its author took back by themselves.
	TakenBack map[string]Withdrawn `json:"takenBack,omitempty"`

	Inclusion *Inclusion `json:"inclusion,omitempty"` // whether a given stocktake rests on it: see Stocktake.Inclusion

	trees []LogState // of logs, that hold it
}

// Proven is a record of the document, with its log.
type Proven struct {
	Log       Origin     `json:"log"`
	Index     uint64     `json:"index"`
	Filed     string     `json:"filed,omitempty"` // there: RFC 3339; empty while pending
	Witnesses int        `json:"witnesses,omitempty"`
	Forked    DocumentID `json:"forked,omitempty"` // the proof that the log showed two histories
	Ended     string     `json:"ended,omitempty"`  // why its participant began another log
}

// Verify judges the exported files of one document, by name. The bundle and
// the founding file are needed; of the others it checks what is there. The
// error is ErrUndecided where something is missing or the signer unknown, any
// other means that a signature, a proof or a file is not what it should be. A
// document without an error is what its author signed; whether it counts is
// Verdict.Counts, by the same rules as of a whole snapshot.
//
// The founding file says who counts. Whether it is the federation that the
// reader means is for the reader to know: compare Verdict.Federation.
func Verify(files map[string][]byte) (*Verdict, error) {
	for _, name := range []string{FileBundle, FileFounding} {
		if files[name] == nil {
			return nil, fmt.Errorf("%w: %s is missing; ask for a complete export", ErrUndecided, name)
		}
	}
	main, err := readMain(files[FileBundle])
	if err != nil {
		return nil, err
	}
	founding, err := ReadFounding(files[FileFounding])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", FileFounding, err)
	}
	if err := verifyBeside(founding, main, files); err != nil {
		return nil, err
	}
	if !founding.Chain.Founded() {
		return nil, fmt.Errorf("%w: %s: too few participants have acceded to the charter", ErrUndecided, FileFounding)
	}
	related, err := readLines(files[FileRelated], FileRelated, maxRelated)
	if err != nil {
		return nil, err
	}
	records := slices.Concat([]provenRecord{main}, founding.records, related)
	r, err := readProven(founding.Genesis, records, asOf(files[FileNote]))
	if err != nil {
		return nil, err
	}
	known := 0
	for i, p := range records {
		n, err := p.notes(r.chain)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			known = n
		}
	}
	if err := verifyLogs(r.chain, files[FileTrustedRoot]); err != nil {
		return nil, err
	}
	v := &Verdict{ID: DocumentID(main.Leaf.Digest.String())}
	for _, p := range append(related, main) {
		for _, i := range p.Inclusions {
			if p.Leaf.Digest == main.Leaf.Digest {
				v.trees = append(v.trees, LogState{Origin: Origin(i.Checkpoint.Origin), Size: i.Checkpoint.Size, Root: i.Checkpoint.Root})
			}
		}
	}
	if note := files[FileNote]; note != nil {
		if v.Known, err = verifyNote(r.chain, v.ID, files); err != nil {
			return nil, err
		}
	}
	if known == 0 {
		return nil, fmt.Errorf("%w: the charter lists none of the logs that hold the document", ErrUndecided)
	}
	return v, r.judge(v, main, founding)
}

// readMain reads the bundle of the document itself.
func readMain(file []byte) (provenRecord, error) {
	p := provenRecord{file: FileBundle}
	var err error
	if p.Bundle, err = signing.ParseBundle(file); err != nil {
		return p, p.fail(err)
	}
	if err := p.included(); err != nil {
		return p, p.fail(err)
	}
	if p.Payload != nil {
		if _, err := Parse(p.Payload); err != nil {
			return p, p.fail(err)
		}
	}
	return p, nil
}

// verifyLogs compares a trusted root with the charter's logs, which it may only
// repeat.
func verifyLogs(chain *Chain, file []byte) error {
	if file == nil {
		return nil
	}
	root, err := signing.ParseTrustedRoot(file)
	if err != nil {
		return fmt.Errorf("%s: %w", FileTrustedRoot, err)
	}
	logs := chain.logRoot(func(LogEntry) bool { return true })
	for _, l := range root {
		if known, ok := logs.Log(l.ID()); !ok || known.Origin != l.Origin || !known.From.Equal(l.From) {
			return fmt.Errorf("%s: %w: the charter does not list log %s with that key and time", FileTrustedRoot, ErrContradiction, l.Origin)
		}
	}
	return nil
}

// verifyNote checks the exporting node's word about these files.
func verifyNote(chain *Chain, id DocumentID, files map[string][]byte) (*ExportNote, error) {
	n, err := openExportNote(files[FileNote], chain)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", FileNote, err)
	case n.Document != id:
		return nil, fmt.Errorf("%s: %w: it is about document %.12s", FileNote, ErrContradiction, n.Document)
	}
	return &n, n.covers(files)
}

// TrustedRoot lists the federation's logs for stock Sigstore tools: all but
// those whose key proves nothing any more; their documents are filed again.
func (c *Chain) TrustedRoot() signing.TrustedRoot { return c.logRoot(LogEntry.Trusted) }

func (c *Chain) logRoot(of func(LogEntry) bool) signing.TrustedRoot {
	var root signing.TrustedRoot
	for _, l := range c.Logs() {
		if !of(l) {
			continue
		}
		from, err := time.Parse(time.RFC3339, l.From)
		if err != nil { // since the charter
			from, _ = time.Parse(time.RFC3339, c.charters[0].Created)
		}
		root = append(root, signing.TrustedLog{Origin: string(l.Origin), Key: l.LogKey, From: from})
	}
	return root
}

// verifyBeside checks the document against the files beside the bundle.
func verifyBeside(founding *Founding, main provenRecord, files map[string][]byte) error {
	if files[FileSigner] != nil && !bytes.Equal(files[FileSigner], main.Leaf.Key.PEM()) {
		return fmt.Errorf("%s: %w: it is not the key that signed", FileSigner, ErrContradiction)
	}
	if pae := files[FilePAE]; pae != nil && signing.DigestOfPAE(pae) != main.Leaf.Digest {
		return fmt.Errorf("%s: %w: it is not what the bundle's signature covers", FilePAE, ErrContradiction)
	}
	if main.Payload == nil {
		return nil
	}
	d, err := Parse(main.Payload)
	if err != nil {
		return main.fail(err)
	}
	federation := d.Federation
	if d.ID == founding.Genesis.ID {
		federation = d.ID
	}
	about := signing.Digest{}
	if pae := files[FileAbout]; pae != nil {
		about = signing.DigestOfPAE(pae)
	}
	switch {
	case d.Known && federation != founding.Genesis.ID:
		return fmt.Errorf("%w: the document is of federation %.12s, the charter in %s of %.12s", ErrContradiction, federation, FileFounding, founding.Genesis.ID)
	case files[FileAbout] != nil && DocumentID(about.String()) != d.About():
		return fmt.Errorf("%s: %w: the document is about %.12s, this is %.12s", FileAbout, ErrContradiction, d.About(), about)
	}
	return nil
}

// judge fills a verdict in from what the files say together.
func (r *Reading) judge(v *Verdict, main provenRecord, founding *Founding) error {
	e := r.docs[v.ID]
	label := e.label()
	if err := r.refuse(e, main); err != nil {
		return err
	}
	charter, _ := r.chain.InForce()
	key := main.Leaf.Key
	if e.place().key() != "" {
		key = e.place().key()
	}
	owner, role, _ := r.chain.KeyOwner(key)
	p, _ := r.chain.Participant(owner)
	v.Author, v.AuthorName, v.AuthorKind, v.AuthorEnded = owner, p.Name, p.Kind, instant(r.chain.spans[owner].until)
	v.Signer, v.Role, v.Holder, v.Capacity = key.Fingerprint(), role, r.chain.Holder(key), r.chain.capacity(key)
	if a, ok := r.AccreditedAuthor(owner); ok {
		v.Accredited = &a
	}
	if e.doc != nil {
		v.Kind, v.Title = e.doc.Kind, e.doc.Title
		var err error
		if v.Proves, err = Proves(r.chain, e.doc); err != nil {
			return err
		}
	}
	v.Federation, v.Charter, v.Sample = r.chain.Genesis(), charter.Number, label.Sample
	v.Filed, v.Witnesses = label.Filed, label.Witnesses
	witnesses := r.chain.Witnesses()
	if !e.filed.IsZero() {
		v.CharterFiled = r.chain.NumberAt(e.filed.UTC())
		witnesses, _ = r.chain.WitnessesAt(e.filed.UTC())
	}
	v.Quorum = Quorum(len(witnesses))
	v.Places = r.provenOf(e)
	if end := r.KeyEnd(key); end != nil && (v.Filed == "" || end.At > v.Filed) {
		v.KeyEnded = end
	}
	r.follow(v, e)
	v.Counts, v.Reason = CountsYes, label.Reason
	if !label.Counts {
		v.Counts, v.Because = CountsNo, r.because(e, label)
	}
	if why := r.undecided(e, label, founding); why != "" {
		v.Counts, v.Because = CountsUndecided, why
	}
	return nil
}

// refuse is why a document is not its author's, or cannot be judged at all.
func (r *Reading) refuse(e *entry, main provenRecord) error {
	d, key := e.doc, main.Leaf.Key
	if d == nil {
		if _, _, ok := r.chain.KeyOwner(key); !ok {
			return fmt.Errorf("%w: the signer is unknown: no participant of the charter owns key %.16s", ErrUndecided, key.Fingerprint())
		}
		return nil
	}
	switch e.code {
	case ReasonNotUnderstood:
		return fmt.Errorf("%w: documents of type %.80q are not understood by this version", ErrUndecided, d.Type)
	case "unknown-author", "key-unknown":
		return fmt.Errorf("%w: the signer is unknown: no participant of the charter owns key %.16s", ErrUndecided, key.Fingerprint())
	case ReasonKeyNotInForce:
		at, _, _ := r.filed(e.place())
		return fmt.Errorf("%w: %s", signing.ErrSignature, r.notInForce(key, at))
	}
	if owner, _, _ := r.chain.KeyOwner(key); owner != d.Author && e.code == "key-not-authors" {
		return fmt.Errorf("%w: it says to be by %s and is signed with a key of %s", signing.ErrSignature, d.Author, owner)
	}
	if refusal := r.chain.authority(d, key); len(refusal) > 0 {
		return fmt.Errorf("%w: %w", signing.ErrSignature, refusal)
	}
	return nil
}

// notInForce says that a key was not, or no longer, its author's at a time.
func (r *Reading) notInForce(key signing.DocumentKey, at time.Time) string {
	end := r.KeyEnd(key)
	k := r.chain.keys[key]
	switch {
	case end == nil || k.span.from.After(at):
		return fmt.Sprintf("it was filed %s, and key %.16s is %s's only from %s on", instant(at), key.Fingerprint(), k.owner, instant(k.span.from))
	case end.By == "":
		return fmt.Sprintf("it was filed %s, and key %.16s of %s ended %s by the charter", instant(at), key.Fingerprint(), k.owner, end.At)
	}
	return fmt.Sprintf("it was filed %s, and key %.16s of %s ended %s by document %.12s (%s)", instant(at), key.Fingerprint(), k.owner, end.At, end.By, end.Action)
}

// capacity is in which capacity a key signs for its owner.
func (c *Chain) capacity(key signing.DocumentKey) string {
	e := c.keys[key]
	switch {
	case e.holder != "":
		return "delegated office"
	case e.role == roleAuthor:
		return "own key"
	}
	return e.role + " key"
}

// provenOf are the records of a document, the earliest filed first.
func (r *Reading) provenOf(e *entry) []Proven {
	places := []Proven{}
	for _, p := range e.places {
		at, by, _ := r.filed(p)
		log := r.chain.logs[p.origin()]
		if log.Origin == "" {
			continue // a log that no charter lists
		}
		places = append(places, Proven{p.origin(), p.index, instant(at), by, log.Forked, log.Ended})
	}
	slices.SortFunc(places, func(a, b Proven) int {
		return cmp.Or(-cmp.Compare(min(len(a.Filed), 1), min(len(b.Filed), 1)), strings.Compare(a.Filed, b.Filed),
			strings.Compare(string(a.Log), string(b.Log)), cmp.Compare(a.Index, b.Index))
	})
	return places
}

// follow fills in what the files know to follow the document.
func (r *Reading) follow(v *Verdict, e *entry) {
	if e.replaced != nil {
		f := r.following(e.replaced, ReasonSuperseded, e.replaced.doc.Title)
		v.Superseded = &f
	}
	if w, ok := r.Withdrawn(v.ID); ok {
		v.Withdrawn = &w
	}
	v.TakenBack = r.AttachmentsTakenBack(v.ID)
	v.Disputed, v.Refused = []Following{}, []Following{}
	if d := r.disputes(e); d != nil {
		v.Disputed = d
	}
	for _, x := range r.about[e.id] {
		if p, ok := x.doc.Predicate.(*CarrierRefusal); ok && x.counts() {
			v.Refused = append(v.Refused, r.following(x, string(KindRefusal), p.Code+": "+inShort("", p.Message)))
		}
	}
}

// because says in words why a document does not count.
func (r *Reading) because(e *entry, l Label) string {
	if text, ok := becauseOf[l.Reason]; ok {
		return text
	}
	if e.doc != nil {
		if refusal := r.chain.relation(e.doc, r.chain.first(r.holds)); len(refusal) > 0 {
			return refusal[0].Message()
		}
	}
	return strings.ReplaceAll(l.Reason, "-", " ")
}

// becauseOf are the reasons in words, where the verdict's other lines leave
// something to say.
var becauseOf = map[string]string{
	ReasonPending:          "no quorum of witnesses has cosigned it in these files",
	ReasonForked:           "its log showed two histories, and no quorum of witnesses had cosigned it",
	ReasonSuspended:        "its author was suspended when it was filed",
	ReasonAuthorNotInForce: "its author did not take part, or no longer, when it was filed",
	ReasonWithdrawn:        "its author took it back",
	ReasonSuperseded:       "its author replaced it",
	ReasonNotAcceded:       "its author is named as a party and has not acceded",
	ReasonNotAdopted:       "the charter has not the agreement of enough members",
	ReasonSubjectAbsent:    "the content of what it is about is gone",
	ReasonSubjectExcluded:  "what it is about does not hold itself",
	ReasonAbsent:           "its content is gone",
	ReasonDuplicate:        "another document shows the same",
}

// undecided is why the files do not say whether a document counts; "" if they
// do.
func (r *Reading) undecided(e *entry, l Label, founding *Founding) string {
	switch l.Reason {
	case ReasonDangling:
		return "what it is about is not among these files"
	case ReasonAbsent:
		return "its content is gone, and these files hold no withdrawal of it"
	}
	if d, ok := founding.untimed(); ok {
		return fmt.Sprintf("%s does not show when the %s document %.12s was filed; ask for a newer export", FileFounding, d.Kind, d.ID)
	}
	return ""
}
