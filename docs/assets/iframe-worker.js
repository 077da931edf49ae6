// A browser starts no Worker on a page that is opened from a disk. This runs the search's in a frame.
if (location.protocol === "file:")
  window.IFrameWorker = window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      this.ready = new Promise((done) => {
        frame.addEventListener("load", () => done(frame.contentWindow));
      });
      window.toSearch = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      frame.srcdoc = `<script>window.postMessage = (data) => parent.toSearch(data)</script>
        <script src="${url}"></script>`;
      document.documentElement.append(frame);
    }
    postMessage(data) {
      this.ready.then((frame) => frame.dispatchEvent(new frame.MessageEvent("message", { data })));
    }
  };
