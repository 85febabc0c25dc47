"""The page that submissions are compared with: the same form and receipt, no checks, no database."""

from flask import Flask, render_template_string, request

FORM = """<!doctype html><title>form</title><form method=post>{% for n in range(14) %}<fieldset><legend>{{ n }}</legend>
{% for v in (1, 2, 3, 9) %}<label><input type=radio name="x{{ n }}" value="{{ v }}">{{ v }}</label>{% endfor %}</fieldset>{% endfor %}
<input type=hidden name=nonce value=1><input type=hidden name=started value=1><button>send</button></form>"""
RECEIPT = "<!doctype html><title>receipt</title><p>Thank you.<output id=receipt>{{ receipt }}</output>"

app = Flask(__name__)


@app.get("/healthz")
def healthz() -> str:
    """Up."""
    return "ok"


@app.get("/s")
def form() -> str:
    """The form."""
    return render_template_string(FORM)


@app.post("/s")
def send() -> str:
    """The receipt of a form that nobody keeps."""
    fields = request.form.to_dict(flat=False)
    return render_template_string(RECEIPT, receipt=f"{len(fields)}-{fields['nonce'][0]}")
