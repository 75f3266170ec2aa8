"""The folders that scans skip by default, because programs keep previews or deleted files in them."""

from __future__ import annotations

SKIP_FOLDERS = (
    # Synology, QNAP, and other NAS
    *("@eaDir", "#recycle", "#snapshot", "@tmp", "@SynoResource", "@sharebin"),
    *("@Recycle", "@Recently-Snapshot", "@__thumb", "@Transcode"),
    # operating systems
    *("lost+found", "$RECYCLE.BIN", "RECYCLER", "System Volume Information", "FOUND.000"),
    *("__MACOSX", "Network Trash Folder", "Temporary Items"),
    # phones and cameras
    *("LOST.DIR", "Android/data/*/cache", "Android/media/*/cache", "M4ROOT/THMBNL"),
    # previews in the libraries of Apple's programs, Lightroom and Capture One, beside originals
    *("*.photo*library/resources", "*.photo*library/database", "*.photo*library/private", "*.photo*library/scopes"),
    *("*.photo*library/Thumbnails", "*.photo*library/Previews", "*.photo*library/Data", "*.photo*library/Data.noindex"),
    *("*.migrated*library/Thumbnails", "*.migrated*library/Previews", "*.aplibrary/Thumbnails", "*.aplibrary/Previews"),
    *("*.lrlibrary/*/previews", "*.lrlibrary/*/proxies", "*.lrdata", "*.lrcat-data"),
    *("CaptureOne/Cache", "*.cocatalog/Cache", "iPod Photo Cache"),
    # what synchronising programs keep
    *("appdata_*/preview", "files_trashbin", "files_versions"),
)
