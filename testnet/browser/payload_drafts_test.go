package browser

// skeleton is a document of a kind with T wherever its schema takes free text. A
// list of groups with one entry has several in the end. <name> is the ID of a
// skeleton before it.
type skeleton struct {
	name, author, draft string
}

// skeletons are of every kind that a person's key signs and of those that nodes
// and commands make, in an order in which each can be filed.
var skeletons = []skeleton{
	{"opening", "xsc", "kind: opening\ntitle: T\nsummary: T\nsources: [T]\n"},
	{"fork", "xsb", "kind: fork\ntitle: T\nsummary: T\nsources: [T]\n"},
	{"charter", "xsa", "kind: charter\ntitle: T\nsummary: T\nsources: [T]\nparticipants: [{name: T}]\nrounds: [{title: T, type: thematic, scope: global, opens: '2026-01-01', due: '2026-12-31', sample: true, themes: [T]}]\nsuspensions: [{participant: xsc, reason: T}]\n"},
	{"accession", "xsa", "kind: accession\ntitle: T\nsummary: T\nsources: [T]\nrole: round\nround: sample-1\n"},
	{"framework", "sample-body", "kind: framework\ntitle: T\nsummary: T\nsources: [T]\nobjectives: [6]\ntext: T\nacceding: T\npioneers: [{name: T}]\n"},
	{"agreement", "xsa", "kind: agreement\ntitle: T\nsummary: T\nsources: [T]\ntype: other\nparties: [{name: T}, {name: SAMPLE other}]\nsigned: not-stated\ntext: public\nwhere: T\n"},
	{"key", "xsb", "kind: key\ntitle: T\nsummary: T\nsources: [T]\naction: delegate\nholder: T\nkinds: [report]\n"},
	{"accreditation", "sample-body", "kind: accreditation\ntitle: T\nsummary: T\nsources: [T]\ntype: academic\nname: T\ncapacity: T\n"},
	{"plan", "xsa", "kind: plan\ntitle: T\nsummary: T\nsources: [T]\nperiod: {from: '2026-01-01', until: '2028-12-31'}\nmeasures: [{objective: 6, text: T, lead: T, due: not-stated, cost: T}]\n"},
	{"pledge", "xsa", "kind: pledge\ntitle: T\nsummary: T\nsources: [T]\nform: joint\nobjectives: [6]\ndue: not-stated\nmilestones: [{title: T, due: not-stated}]\ntargets: [{indicator: T, value: '9', unit: T, due: not-stated}]\nresources: [{amount: '1', currency: EUR, purpose: T, share: '5', envelope: T}]\nneeds: [{kind: other, amount: '1', currency: EUR, objective: 6, text: T}]\noffers: [{kind: other, amount: '1', currency: EUR, objective: 6, text: T}]\nparties: [{name: T}]\n"},
	{"report", "xsa", "kind: report\nabout: <pledge>\ntitle: T\nsummary: T\nsources: [T]\nstatus: in-progress\nround: sample-1\nvalues: [{target: i-0, value: '3', on: '2026-01-01'}]\nobstacles: T\nflexibility: T\nlessons: T\npractice: T\n"},
	{"assessment", "xsa", "kind: assessment\nabout: <pledge>\ntitle: T\nsummary: T\nsources: [T]\ntype: self\nround: sample-1\nfindings: [{rating: limited, text: T}]\nconsulted: [T]\nconsultation: [{capacity: migrants, who: T, state: consulted, how: T, changed: T}]\n"},
	{"shadow", "sample-coalition", "kind: assessment\nabout: <pledge>\ntitle: T\nsummary: T\nsources: [T]\ntype: shadow\nfindings: [{rating: limited, text: T}]\n"},
	{"comment", "xsb", "kind: comment\nabout: <pledge>\ntitle: T\nsummary: T\nsources: [T]\ntype: recommendation\nto: xsa\ntext: T\n"},
	{"response", "xsa", "kind: response\nabout: <comment>\ntitle: T\nsummary: T\nsources: [T]\nposition: noted\ntext: T\n"},
	{"follow-up", "xsa", "kind: follow-up\nabout: <comment>\ntitle: T\nsummary: T\nsources: [T]\nstatus: in-progress\ntext: T\n"},
	{"facility", "sample-body", "kind: facility\ntitle: T\nsummary: T\nsources: [T]\ncurrency: EUR\ncriteria: [{text: T}]\n"},
	{"contribution", "xsb", "kind: contribution\nabout: <facility>\ntitle: T\nsummary: T\nsources: [T]\nstage: committed\namount: '5'\ncurrency: EUR\non: '2026-01-01'\nearmarking: unearmarked\n"},
	{"claim", "sample-coalition", "kind: claim\nabout: <facility>\ntitle: T\nsummary: T\nsources: [T]\nwhat: announced\namount: '9'\ncurrency: EUR\nwords: T\nby: T\n"},
	{"application", "xsa", "kind: application\nabout: <facility>\ntitle: T\nsummary: T\nsources: [T]\namount: '4'\ncurrency: EUR\nobjectives: [6]\ncountry: XSA\nrecipient: government\nassessment: <assessment>\n"},
	{"allocation", "sample-body", "kind: allocation\nabout: <application>\ntitle: T\nsummary: T\nsources: [T]\namount: '3'\ncurrency: EUR\non: <today>\nconditions: [{text: T}]\n"},
	{"disbursement", "sample-body", "kind: disbursement\nabout: <allocation>\ntitle: T\nsummary: T\nsources: [T]\namount: '2'\ncurrency: EUR\non: <today>\n"},
	{"result", "xsa", "kind: result\nabout: <disbursement>\ntitle: T\nsummary: T\nsources: [T]\ntext: T\nvalues: [{indicator: T, value: '1', unit: T, on: '2026-01-01'}]\n"},
	{"expenditure", "xsa", "kind: expenditure\ntitle: T\nsummary: T\nsources: [T]\ndirection: external\nside: giver\ncounterpartName: T\namount: '7'\ncurrency: EUR\nperiod: {from: '2025-01-01', until: '2025-12-31'}\nobjectives: [6]\ncountry: XSB\nrecipient: government\nearmarking: earmarked\nshare: '5'\nenvelope: T\nreference: T\n"},
	{"rates", "sample-body", "kind: rates\ntitle: T\nsummary: T\nsources: [T]\nbase: USD\non: '2026-01-01'\nsource: T\nrates: [{currency: EUR, rate: '1.1'}]\n"},
	{"mandate", "sample-body", "kind: mandate\ntitle: T\nsummary: T\nsources: [T]\ntype: peer-review\nparticipant: xsa\nteam: [xsb]\nround: sample-1\nobjectives: [6]\nterms: T\nfrom: '2026-01-01'\nuntil: '2099-12-31'\n"},
	{"joined", "xsb", "kind: accession\nabout: <mandate>\ntitle: T\nsummary: T\nsources: [T]\nrole: team\ninterests: T\n"},
	{"seal", "sample-coalition", "kind: seal\ntitle: T\nsummary: T\nsources: [T]\ncommits: 5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a\nparticipant: xsa\nround: sample-1\nreveal: <reveal>\n"},
	{"proposal", "sample-coalition", "kind: proposal\ntitle: T\nsummary: T\nsources: [T]\ntype: norm\nobjectives: [6]\nround: sample-1\ntext: T\n"},
	{"decision", "sample-body", "kind: decision\ntitle: T\nsummary: T\nsources: [T]\ntype: indicator-set\nround: sample-1\ntext: T\nindicators: [{title: T, unit: T, objective: 6}]\n"},
	{"progress-report", "sample-body", "kind: progress-report\ntitle: T\nsummary: T\nsources: [T]\nscope: global\nround: sample-1\nfindings: [{rating: limited, text: T}]\ndecision: <decision>\nvalues: [{indicator: i-0, value: '12', on: '2026-01-01', participant: xsa}]\n"},
	{"stocktake", "sample-body", "kind: stocktake\ntitle: T\nsummary: T\nsources: [T]\nscope: round:sample-1\nmanifest: 5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a\nsnapshot: a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5\ncutoff: '2026-01-01T00:00:00Z'\nrules: 1\n"},
	{"translation", "sample-body", "kind: translation\nabout: <assessment>\nlanguage: fr\ntitle: T\nsummary: T\nsources: [T]\ntexts: [{text: T}]\n"},
	{"policy", "xsc", "kind: policy\ntitle: T\nsummary: T\nsources: [T]\nrules: [{reason: T}]\n"},
	{"refusal", "xsc", "kind: refusal\nabout: <pledge>\ntitle: T\nsummary: T\nsources: [T]\ncode: unknown-author\nmessage: T\n"},
	{"receipt", "xsb", "kind: receipt\ntitle: T\nsummary: T\nsources: [T]\n"},
	{"withdrawal", "xsb", "kind: withdrawal\nabout: <comment>\ntitle: T\nsummary: T\nsources: [T]\nreason: T\n"},
}
