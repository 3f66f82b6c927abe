package review

import (
	"errors"
	"slices"
)

// Completion is what the signer of a draft knows and its writer need not.
type Completion struct {
	Federation DocumentID // "" for a genesis charter
	Charter    DocumentID // in force: what a draft without `about` is about, where that may be a charter
	Author     ParticipantID
	Created    string // RFC 3339, UTC, whole seconds
	Salt       string // 32 random hexadecimal digits
	// Attachments are named after what the document is about; the draft's
	// details are among them.
	Attachments []Subject
}

// Complete is the payload of a YAML draft, with what it leaves out. A draft
// that names another author than the signer is refused: nobody signs for
// somebody else. The error is a [Refusal].
func Complete(draft []byte, c Completion) ([]byte, error) {
	var r draftReader
	k, predicate, about, err := r.read(draft)
	if err != nil {
		return nil, err
	}
	for _, d := range r.details {
		if !slices.ContainsFunc(c.Attachments, func(a Subject) bool { return a.Name == attachmentPrefix+DetailFile(d.Name) }) {
			r.reasons.add("/"+draftDetails, "details-apart")
			return nil, r.refusal()
		}
	}
	payload, err := CompleteFields(k, predicate, about, c)
	if errors.As(err, &r.reasons) {
		return nil, r.refusal()
	}
	return payload, err
}

// CompleteFields is Complete for what ReadDraft gives, or a form. It writes
// into the predicate what it fills in.
func CompleteFields(k Kind, predicate map[string]any, about DocumentID, c Completion) ([]byte, error) {
	if author, ok := predicate["author"]; ok && author != string(c.Author) {
		return nil, Refusal{*refuse("/author", "author-not-signer", "author", quote(author.(string)), "signer", string(c.Author))}
	}
	for name, value := range map[string]string{"author": string(c.Author), "created": c.Created, "salt": c.Salt, "federation": string(c.Federation)} {
		if _, ok := predicate[name]; !ok && value != "" {
			predicate[name] = value
		}
	}
	subject, ok := subjectOf(k, about, predicate, c)
	if !ok {
		return nil, Refusal{*refuse("/about", "missing-about", "kind", string(k))}
	}
	return FromDraft(k, predicate, append([]Subject{subject}, c.Attachments...))
}

// subjectOf names what a draft is about.
func subjectOf(k Kind, about DocumentID, predicate map[string]any, c Completion) (Subject, bool) {
	kinds := schemas()[k].fields.About
	charters := slices.Contains(kinds, string(KindCharter))
	switch {
	case k == KindCharter && c.Federation == "":
		digest, _ := predicate["compact"].(string)
		return Subject{"compact", DocumentID(digest)}, true
	case about == "" && charters:
		return Subject{string(KindCharter), c.Charter}, true
	case about == "":
		return Subject{}, false
	case k == KindAccession:
		role, _ := predicate["role"].(string)
		return Subject{string(accededTo(role)), about}, true
	case k == KindKey:
		action, _ := predicate["action"].(string)
		return Subject{string((&KeyChange{Action: action}).about()), about}, true
	case charters && (about == c.Charter || len(kinds) == 1):
		return Subject{string(KindCharter), about}, true
	}
	others := slices.DeleteFunc(slices.Clone(kinds), func(k string) bool { return k == string(KindCharter) })
	if len(others) == 1 {
		return Subject{others[0], about}, true
	}
	return Subject{"document", about}, true
}
