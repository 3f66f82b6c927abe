package node

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"
)

// secret stands for what a camera or a program says of its owner.
const secret = "Jane Doe, ministry, 47.37 N 8.54 E"

func picture() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for x := range 40 {
		for y := range 30 {
			m.Set(x, y, color.RGBA{uint8(6 * x), uint8(8 * y), uint8(x * y), 255})
		}
	}
	return m
}

func jpegSegment(marker byte, body string) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2))
	return append(b, body...)
}

func pngChunk(name, body string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, name...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// same is whether two files show the same picture.
func same(t testing.TB, a, b []byte) {
	one, _, err := image.Decode(bytes.NewReader(a))
	require.NoError(t, err)
	two, _, err := image.Decode(bytes.NewReader(b))
	require.NoError(t, err)
	require.Equal(t, one, two)
}

func dirtyJPEG(t testing.TB) []byte {
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, picture(), nil))
	dirty := bytes.Clone(b.Bytes()[:2])
	dirty = append(dirty, jpegSegment(0xe0, "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x02\x01"+"rgbrgb"+secret)...)
	for _, marker := range []byte{0xe1, 0xe2, 0xe3, 0xed, 0xef, 0xfe} {
		dirty = append(dirty, jpegSegment(marker, "Exif\x00\x00"+secret)...)
	}
	dirty = append(dirty, 0xff, 0xff) // fill bytes
	dirty = append(dirty, b.Bytes()[3:]...)
	return append(dirty, secret...)
}

func dirtyPNG(t testing.TB) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, picture()))
	const head = 8 + 25 // signature and IHDR
	dirty := bytes.Clone(b.Bytes()[:head])
	for _, name := range []string{"tEXt", "zTXt", "iTXt", "eXIf", "tIME", "prVt"} {
		dirty = append(dirty, pngChunk(name, secret)...)
	}
	dirty = append(dirty, pngChunk("gAMA", "\x00\x00\xb1\x8f")...)
	dirty = append(dirty, b.Bytes()[head:]...)
	return append(dirty, secret...)
}

func TestPicturesLoseTheirMetadataAndNothingElse(t *testing.T) {
	for name, dirty := range map[string][]byte{"a.jpeg": dirtyJPEG(t), "b.PNG": dirtyPNG(t)} {
		require.Contains(t, string(dirty), secret)
		clean, err := StripMetadata(name, dirty)
		require.NoError(t, err)
		require.NotContains(t, string(clean), "Jane")
		require.NotContains(t, string(clean), "Exif")
		same(t, dirty, clean)
		again, err := StripMetadata(name, clean)
		require.NoError(t, err)
		require.Equal(t, clean, again)
	}
	clean, err := stripPNG(dirtyPNG(t))
	require.NoError(t, err)
	require.Contains(t, string(clean), "gAMA")
}

// A progressive picture has several scans with tables between them, and
// restart markers inside.
func TestAllScansOfAPictureStay(t *testing.T) {
	whole := []byte{0xff, 0xd8}
	whole = append(whole, jpegSegment(0xc2, "\x08\x00\x01\x00\x01\x01\x01\x11\x00")...)
	want := bytes.Clone(whole)
	for range 3 {
		scan := append(jpegSegment(0xc4, "\x00table"), jpegSegment(0xda, "\x01\x01\x00\x00\x00\x00")...)
		scan = append(scan, "picture\xff\x00data\xff\xd0more"...)
		want = append(want, scan...)
		whole = append(append(whole, scan...), jpegSegment(0xfe, secret)...)
	}
	want, whole = append(want, 0xff, 0xd9), append(whole, 0xff, 0xd9)
	clean, err := stripJPEG(whole)
	require.NoError(t, err)
	require.Equal(t, want, clean)
}

func TestWhatCannotBeStrippedIsRefused(t *testing.T) {
	for _, name := range []string{"a.pdf", "a.docx", "a.xlsx", "a.odt", "a.gif", "a.webp", "a.tiff", "a.heic", "a.svg", "a.html", "a", "a."} {
		_, err := StripMetadata(name, []byte("%PDF-1.7"))
		require.ErrorIs(t, err, ErrMetadata, name)
		require.ErrorContains(t, err, "--keep-metadata")
	}
	text := []byte("a,b\n1,2\n")
	clean, err := StripMetadata("t.csv", text)
	require.NoError(t, err)
	require.Equal(t, text, clean)
	for name, b := range map[string]string{
		"t.txt": "caf\xe9", "a.jpg": "", "b.jpg": "\xff\xd8", "c.jpg": "\xff\xd8\xff\xe1\xff\xff", "d.jpg": string(dirtyJPEG(t)[:300]), "e.jpg": string(dirtyPNG(t)),
		"a.png": "", "b.png": string(dirtyPNG(t)[:200]), "c.png": string(dirtyJPEG(t)), "d.png": pngSignature + string(pngChunk("ABCD", "x")),
	} {
		_, err := StripMetadata(name, []byte(b))
		require.Error(t, err, name)
		require.NotErrorIs(t, err, ErrMetadata, "%s is damaged, which --keep-metadata does not mend", name)
	}
}

func FuzzStripMetadata(f *testing.F) {
	f.Add(dirtyJPEG(f))
	f.Add(dirtyPNG(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, name := range []string{"a.jpg", "a.png"} {
			clean, err := StripMetadata(name, b)
			if err != nil {
				continue
			}
			again, err := StripMetadata(name, clean)
			require.NoError(t, err)
			require.Equal(t, clean, again)
		}
	})
}
