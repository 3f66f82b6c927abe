package node

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// A file that somebody attaches often says who wrote it, on which machine, when
// and where. StripMetadata takes that out where it can be done correctly, and
// says where it cannot.

// ErrMetadata means that this program cannot take the metadata out of a file.
var ErrMetadata = errors.New("its metadata cannot be removed here")

// plainText are files without metadata: what one sees is what is in them.
var plainText = []string{".txt", ".md", ".csv", ".json", ".geojson"}

// StripMetadata is a file's content without metadata: a JPEG or PNG without
// anything but the picture, plain text as it is. Anything else is an
// ErrMetadata that says what to do.
func StripMetadata(name string, content []byte) ([]byte, error) {
	ext := strings.ToLower(filepath.Ext(name))
	var err error
	switch {
	case slices.Contains(plainText, ext):
		if !utf8.Valid(content) {
			return nil, fmt.Errorf("%s is not UTF-8 text: save it as UTF-8", name)
		}
		return content, nil
	case ext == ".jpg" || ext == ".jpeg":
		content, err = stripJPEG(content)
	case ext == ".png":
		content, err = stripPNG(content)
	default:
		err = fmt.Errorf("%w: %s files may hold names of authors, machines and folders, dates and earlier versions; export the file anew without them and attach it with --keep-metadata, or attach JPEG, PNG or text", ErrMetadata, orNone(ext))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return content, nil
}

func orNone(ext string) string {
	if ext == "" {
		return "such"
	}
	return ext
}

// Markers of JPEG (ITU-T T.81, table B.1).
const (
	jpegSOI   = 0xd8
	jpegEOI   = 0xd9
	jpegSOS   = 0xda
	jpegCOM   = 0xfe
	jpegAPP0  = 0xe0 // JFIF: pixel density, and maybe a thumbnail
	jpegAPP2  = 0xe2 // ICC: which colours are meant
	jpegAPP14 = 0xee // Adobe: how colours are coded
	jpegAPP15 = 0xef
)

// stripJPEG keeps what a decoder needs: of the application segments only JFIF
// without its thumbnail, a colour profile and Adobe's colour transform. Exif
// and XMP (APP1), IPTC (APP13), comments, and whatever follows the picture go.
// So does the note how a camera was held.
func stripJPEG(b []byte) ([]byte, error) {
	broken := errors.New("it is not a whole JPEG picture: open it and save it again")
	if len(b) < 4 || b[0] != 0xff || b[1] != jpegSOI {
		return nil, broken
	}
	out := []byte{0xff, jpegSOI}
	for i := 2; ; {
		for i+1 < len(b) && b[i] == 0xff && b[i+1] == 0xff { // fill bytes
			i++
		}
		if i+1 >= len(b) || b[i] != 0xff {
			return nil, broken
		}
		marker := b[i+1]
		if marker == jpegEOI {
			return append(out, 0xff, jpegEOI), nil
		}
		if marker == 0 || marker == 1 || marker >= 0xd0 && marker <= jpegSOI || i+4 > len(b) {
			return nil, broken
		}
		length := int(binary.BigEndian.Uint16(b[i+2:]))
		if length < 2 || i+2+length > len(b) {
			return nil, broken
		}
		segment := b[i : i+2+length]
		i += 2 + length
		if segment = keptJPEG(marker, segment); segment != nil {
			out = append(out, segment...)
		}
		if marker != jpegSOS {
			continue
		}
		start := i // of the coded picture, up to the next marker but restarts
		for i+1 < len(b) && (b[i] != 0xff || b[i+1] == 0 || b[i+1] >= 0xd0 && b[i+1] <= 0xd7) {
			i++
		}
		out = append(out, b[start:i]...)
	}
}

func keptJPEG(marker byte, segment []byte) []byte {
	switch {
	case marker == jpegAPP0:
		if len(segment) >= 18 && bytes.HasPrefix(segment[4:], []byte("JFIF\x00")) {
			jfif := bytes.Clone(segment[:18])
			binary.BigEndian.PutUint16(jfif[2:], 16)
			jfif[16], jfif[17] = 0, 0 // no thumbnail
			return jfif
		}
		return nil
	case marker == jpegAPP2 && bytes.HasPrefix(segment[4:], []byte("ICC_PROFILE\x00")),
		marker == jpegAPP14 && bytes.HasPrefix(segment[4:], []byte("Adobe")):
		return segment
	case marker >= jpegAPP0 && marker <= jpegAPP15, marker == jpegCOM:
		return nil
	}
	return segment
}

// pngKept are the chunks that make the picture (PNG, third edition); text
// (tEXt, zTXt, iTXt), Exif (eXIf), the time (tIME) and unknown ones go.
var pngKept = []string{
	"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "cHRM", "gAMA", "sRGB", "iCCP", "cICP", "sBIT", "bKGD", "pHYs", "acTL", "fcTL", "fdAT",
}

const pngSignature = "\x89PNG\r\n\x1a\n"

func stripPNG(b []byte) ([]byte, error) {
	broken := errors.New("it is not a whole PNG picture: open it and save it again")
	rest, ok := bytes.CutPrefix(b, []byte(pngSignature))
	if !ok {
		return nil, broken
	}
	out := []byte(pngSignature)
	for {
		if len(rest) < 12 {
			return nil, broken
		}
		length := uint64(binary.BigEndian.Uint32(rest))
		if length > uint64(len(rest)-12) {
			return nil, broken
		}
		chunk := rest[:12+length]
		name := string(chunk[4:8])
		if crc32.ChecksumIEEE(chunk[4:8+length]) != binary.BigEndian.Uint32(chunk[8+length:]) {
			return nil, broken
		}
		rest = rest[12+length:]
		if slices.Contains(pngKept, name) {
			out = append(out, chunk...)
		} else if name[0] >= 'A' && name[0] <= 'Z' {
			return nil, broken // a critical chunk that nobody knows
		}
		if name == "IEND" {
			return out, nil
		}
	}
}
