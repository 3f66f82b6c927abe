package transport

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMembersReachEachOthersHTTP(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /tile/{name}", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, strings.Repeat(r.PathValue("name"), 100_000))
	})
	mux.HandleFunc("POST /length", func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusAccepted)
		io.WriteString(w, strings.Repeat("x", int(n/1000)))
	})
	_, nodes := startAll(t, func(o *Options) { o.HTTP = mux }, "aaa", "bbb")
	client := nodes[0].Client("bbb")
	for range 3 * maxTunnels { // streams are given back
		answer, err := client.Get("http://bbb/tile/seven")
		require.NoError(t, err)
		body, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Len(t, body, 500_000)
	}
	answer, err := client.Post("http://bbb/length", "text/plain", strings.NewReader(strings.Repeat("y", 200_000)))
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusAccepted, answer.StatusCode)
	require.Len(t, body, 200)

	_, err = nodes[0].Client("zzz").Get("http://zzz/")
	require.ErrorIs(t, err, ErrNotMember)
}
