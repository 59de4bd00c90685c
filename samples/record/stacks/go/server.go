// An echo server on gorilla/websocket with its own check of the Origin: port 8080, and with a certificate port 8443.
// Every upgraded connection is read until the peer has been silent for as many seconds as -silence says.
package main

import (
	"flag"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

func main() {
	certificate := flag.String("cert", "", "certificate")
	key := flag.String("key", "", "its key")
	silence := flag.Int("silence", 3600, "seconds")
	flag.Parse()
	upgrader := websocket.Upgrader{}
	http.HandleFunc("/room", func(w http.ResponseWriter, r *http.Request) {
		socket, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer socket.Close()
		for {
			socket.SetReadDeadline(time.Now().Add(time.Duration(*silence) * time.Second))
			kind, message, err := socket.ReadMessage()
			if err != nil {
				return
			}
			socket.WriteMessage(kind, message)
		}
	})
	if *certificate != "" {
		go http.ListenAndServeTLS(":8443", *certificate, *key, nil)
	}
	http.ListenAndServe(":8080", nil)
}
