"""The floor of the list benchmark: PORT FILE, one FastAPI route that answers the file's bytes."""

import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Response

body = Path(sys.argv[2]).read_bytes()
app = FastAPI(openapi_url=None)


@app.get("/")
def answer() -> Response:
    return Response(body, media_type="application/json")


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), http="h11", log_level="warning")
