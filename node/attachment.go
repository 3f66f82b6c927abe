package node

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"stocktake/node/web"
	"stocktake/review"
	"stocktake/review/compact"
	"stocktake/store"
)

// AttachmentPolicy says which attachments a node keeps unasked, in config.yaml:
//
//	attachments:
//	  keep: region    all (the default), region or none
//	  mib: 2048       what they may take; 0: 10 GiB
//
// The participant's own are kept always, and one that somebody asks the node
// for is fetched then.
type AttachmentPolicy struct {
	Keep string `yaml:"keep,omitempty"`
	MiB  int64  `yaml:"mib,omitempty"`
}

// Values of AttachmentPolicy.Keep.
const (
	AttachmentsAll    = "all"
	AttachmentsRegion = "region" // of authors with whom the participant shares a region of the compact
	AttachmentsNone   = "none"
)

func (p AttachmentPolicy) check() error {
	if !slices.Contains([]string{"", AttachmentsAll, AttachmentsRegion, AttachmentsNone}, p.Keep) {
		return fmt.Errorf("attachments: keep: %.40q is not possible; write %s, %s or %s", p.Keep, AttachmentsAll, AttachmentsRegion, AttachmentsNone)
	}
	if p.MiB < 0 || p.MiB > maxAttachmentMiB {
		return fmt.Errorf("attachments: mib: %d is not possible; write the MiB that they may take, up to %d", p.MiB, maxAttachmentMiB)
	}
	return nil
}

// named is an attachment as a document names it.
type named struct {
	document review.DocumentID
	kind     review.Kind
	author   review.ParticipantID
	log      review.Origin
	name     string
}

// attachmentIndex has the documents that name an attachment, those filed first
// before the others: whoever named it first is taken for its author.
type attachmentIndex map[review.DocumentID][]named

// unwelcome are labels of documents whose attachments are nobody's business:
// not of this federation, or not by its members.
var unwelcome = []string{
	review.ReasonMalformed, review.ReasonNotUnderstood, review.ReasonSignatureInvalid, "wrong-federation", "unknown-author", "key-unknown", "key-not-authors", "key-role",
}

// attachmentIndex is what the documents held here name.
func (n *Node) attachmentIndex() (attachmentIndex, error) {
	reading, err := n.read()
	if err != nil {
		return nil, err
	}
	defer reading.done()
	return n.attachmentsIn(reading), nil
}

func (n *Node) attachmentsIn(reading held) attachmentIndex {
	n.attachmentMu.Lock()
	defer n.attachmentMu.Unlock()
	if n.attachmentsOf != reading.state {
		n.attachmentsNamed = attachmentIndex{}
		for id, d := range reading.Attaching() {
			label, _ := reading.Label(id)
			if !d.Known || slices.Contains(unwelcome, label.Reason) {
				continue
			}
			for _, a := range d.Attachments() {
				n.attachmentsNamed[a.Digest] = append(n.attachmentsNamed[a.Digest], named{id, d.Kind, d.Author, label.Place.Origin, a.Name})
			}
		}
		n.attachmentsOf = reading.state
	}
	return n.attachmentsNamed
}

// shownAttachments are a document's, with how far each is here.
func (n *Node) shownAttachments(reading held, d *review.Document) ([]web.ShownAttachment, error) {
	var all []web.ShownAttachment
	taken := reading.AttachmentsTakenBack(d.ID)
	for _, a := range d.Attachments() {
		s, err := n.attachments.State(a.Digest)
		if err != nil && !errors.As(err, new(*store.DamageError)) {
			return nil, err
		}
		shown := web.ShownAttachment{Name: a.Name, AttachmentState: *shownState(a.Digest, s)}
		if w, ok := taken[a.Name]; ok {
			shown.TakenBack = &w
		} else if _, ok := review.DetailName(a.Name); ok && s.Whole && s.Manifest.Size <= review.MaxDetail {
			if shown.Text, err = n.detailText(a); err != nil {
				return nil, err
			}
		}
		all = append(all, shown)
	}
	return all, nil
}

// detailText is what a detail that is here says; "" if it is none in its form, or
// is gone by now.
func (n *Node) detailText(a review.Subject) (string, error) {
	var b []byte
	err := n.attachments.Content(a.Digest, 0, func(chunk []byte) error {
		b = append(b, chunk...)
		return nil
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.As(err, new(*store.DamageError)) {
		return "", err
	}
	d, err := review.ParseDetail(a.Name, b)
	if err != nil {
		return "", nil
	}
	return d.Text, nil
}

func shownState(id review.DocumentID, s store.AttachmentState) *web.AttachmentState {
	w := &web.AttachmentState{Digest: id, State: web.AttachmentMissing, Next: s.Next}
	switch {
	case s.Erased:
		w.State = web.AttachmentErased
	case s.Whole:
		w.State = web.AttachmentHeld
	case s.Manifest != nil:
		w.State = web.AttachmentPartly
	}
	if s.Manifest != nil {
		w.Size, w.Chunks = s.Manifest.Size, len(s.Manifest.Chunks)
	}
	return w
}

// AttachmentState is how far an attachment is here.
func (n *Node) AttachmentState(_ context.Context, id review.DocumentID) (*web.AttachmentState, error) {
	if _, err := n.nameOf(id, true); err != nil {
		return nil, err
	}
	s, err := n.attachments.State(id)
	if err != nil {
		return nil, err
	}
	return shownState(id, s), nil
}

// nameOf is how some document names an attachment: one that readers may see, if
// veiled. An attachment that none names is an ErrNotFound.
func (n *Node) nameOf(id review.DocumentID, veiled bool) (named, error) {
	reading, err := n.read()
	if err != nil {
		return named{}, err
	}
	defer reading.done()
	err = fmt.Errorf("%w: no document here names attachment %.64s; file the document first", web.ErrNotFound, id)
	for _, a := range n.attachmentsIn(reading)[id] {
		if veiled {
			if hidden := n.displayable(reading, a.document); hidden != nil {
				err = hidden
				continue
			}
		}
		return a, nil
	}
	return named{}, err
}

// AttachmentPiece is a piece of an attachment for a reader: its manifest if
// from is below zero, else up to web.AttachmentRun chunks from that one on. One
// that is not here is asked for from the others, for a moment.
func (n *Node) AttachmentPiece(ctx context.Context, id review.DocumentID, from int) ([]byte, error) {
	a, err := n.nameOf(id, true)
	if err != nil {
		return nil, err
	}
	if s, err := n.attachments.State(id); err == nil && !s.Whole && !s.Erased && n.runner != nil {
		ctx, cancel := context.WithTimeout(ctx, askReader)
		defer cancel()
		if err := n.fetchAttachment(ctx, id, a); err != nil {
			n.logger.Debug("attachment not fetched for a reader", "id", id, "err", err)
		}
	}
	return n.piece(id, from)
}

// piece is one of what is here.
func (n *Node) piece(id review.DocumentID, from int) ([]byte, error) {
	s, err := n.attachments.State(id)
	switch {
	case err != nil:
		return nil, err
	case s.Erased:
		return nil, fmt.Errorf("%w: attachment %s was withdrawn by its author and erased", web.ErrNotFound, id)
	case !s.Whole:
		return nil, fmt.Errorf("%w: attachment %s has not arrived; another member's node may have it", web.ErrNotFound, id)
	case from < 0:
		return s.Manifest.Marshal(), nil
	}
	var b []byte
	full := errors.New("enough")
	err = n.attachments.Content(id, from, func(chunk []byte) error {
		b = append(b, chunk...)
		if len(b) >= web.AttachmentRun*review.AttachmentChunk {
			return full
		}
		return nil
	})
	if err != nil && !errors.Is(err, full) {
		return nil, err
	}
	return b, nil
}

// PutAttachmentPiece takes what AttachmentPiece gives. A node takes the
// attachments that documents which it holds name, and no others.
func (n *Node) PutAttachmentPiece(_ context.Context, id review.DocumentID, from int, b []byte) (*web.AttachmentState, error) {
	a, err := n.nameOf(id, false)
	if err != nil {
		return nil, err
	}
	if index, err := n.attachmentIndex(); err != nil {
		return nil, err
	} else if from < 0 && n.shared(index)(a.author) {
		return nil, attachmentRefused(fmt.Errorf("%w by %s", store.ErrQuota, a.author))
	}
	s, err := n.takePiece(id, from, b)
	if err != nil {
		return nil, attachmentRefused(err)
	}
	return shownState(id, s), nil
}

func (n *Node) takePiece(id review.DocumentID, from int, b []byte) (store.AttachmentState, error) {
	if from < 0 {
		return n.attachments.Begin(id, b)
	}
	return n.attachments.Add(id, from, b)
}

// attachmentRefused is what the one who sent it is told.
func attachmentRefused(err error) error {
	var absent *store.AbsentError
	answer := &web.AnswerError{Message: err.Error()}
	switch {
	case errors.As(err, &absent):
		return web.ErrErased
	case errors.Is(err, review.ErrAttachment):
		answer.Status, answer.Code = http.StatusUnprocessableEntity, "attachment"
	case errors.Is(err, store.ErrQuota):
		answer.Status, answer.Code, answer.Message = http.StatusInsufficientStorage, "quota", "this node takes no more attachments: its quota is used up"
	case errors.Is(err, store.ErrDiskFull):
		return fmt.Errorf("%w (%w)", web.ErrDiskFull, err)
	default:
		return err
	}
	return answer
}

// eraseAttachments deletes those of a document that its author took back, all
// where none is named, if it was the first to name them: naming somebody else's
// gives no power over it.
func (n *Node) eraseAttachments(index attachmentIndex, id review.DocumentID, names ...string) error {
	for digest, by := range index {
		taken := func(a named) bool { return a.document == id && (len(names) == 0 || slices.Contains(names, a.name)) }
		if by[0].document != id || !slices.ContainsFunc(by, taken) {
			continue
		}
		if s, err := n.attachments.State(digest); err == nil && s.Erased {
			continue
		}
		if err := n.attachments.Erase(digest); err != nil {
			return err
		}
		n.logger.Info("attachment erased: withdrawn by its author", "id", id, "attachment", digest)
	}
	return nil
}

// collectAttachments removes what no document names any more, such as those of
// documents that were erased. While the text of a document is missing, what it
// names is not known, and nothing is removed.
func (n *Node) collectAttachments() error {
	index, err := n.attachmentIndex()
	if err != nil {
		return err
	}
	if missing, err := n.store.Missing(); err != nil || len(missing) > 0 {
		return err
	}
	removed, err := n.attachments.Collect(func(id review.DocumentID) bool { return len(index[id]) > 0 })
	if removed > 0 {
		n.logger.Info("attachments removed: no document names them", "count", removed)
	}
	return err
}

// wantedAttachments are those that the policy asks for and that are not here
// whole, narratives first.
func (n *Node) wantedAttachments() (wanted []review.DocumentID, index attachmentIndex, err error) {
	reading, err := n.read()
	if err != nil {
		return nil, nil, err
	}
	defer reading.done()
	index = n.attachmentsIn(reading)
	near, full := n.neighbours(reading.Chain()), n.shared(index)
	for id, by := range index {
		if !slices.ContainsFunc(by, func(a named) bool { return near(a.author) }) {
			continue
		}
		if !n.attachments.Settled(id) && !full(by[0].author) {
			wanted = append(wanted, id)
		}
	}
	slices.SortFunc(wanted, func(a, b review.DocumentID) int {
		long := func(id review.DocumentID) int {
			if _, narrative := review.NarrativeLanguage(index[id][0].name); narrative {
				return 0
			}
			return 1
		}
		if c := long(a) - long(b); c != 0 {
			return c
		}
		if a < b {
			return -1
		}
		return 1
	})
	return wanted, index, nil
}

// shared is whether an author's attachments fill its share of the quota here: no
// member fills everybody's disk.
func (n *Node) shared(index attachmentIndex) func(review.ParticipantID) bool {
	used := map[review.ParticipantID]int64{}
	for id, by := range index {
		used[by[0].author] += n.attachments.Size(id)
	}
	return func(author review.ParticipantID) bool {
		return author != n.config.Participant && used[author] >= n.attachments.Quota()/attachmentShares
	}
}

// neighbours are the authors whose attachments the policy wants.
func (n *Node) neighbours(chain *review.Chain) func(review.ParticipantID) bool {
	own := n.regions(chain, n.config.Participant)
	return func(p review.ParticipantID) bool {
		switch {
		case p == n.config.Participant:
			return true
		case n.config.Attachments.Keep == AttachmentsNone:
			return false
		case n.config.Attachments.Keep != AttachmentsRegion:
			return true
		}
		return slices.ContainsFunc(n.regions(chain, p), func(r string) bool { return slices.Contains(own, r) })
	}
}

// regions are those of a participant today: its country's, or the one that it
// convenes.
func (n *Node) regions(chain *review.Chain, id review.ParticipantID) []string {
	p, ok := chain.Participant(id)
	if !ok {
		return nil
	}
	regions := compact.RegionsOf(p.Country, time.Now().UTC().Format(time.DateOnly))
	if p.Region != "" {
		regions = append(regions, p.Region)
	}
	return regions
}
