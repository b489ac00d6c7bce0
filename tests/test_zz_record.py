"""temporary"""
import os,re
from pathlib import Path
import pytest
from .test_conversations import Story, STORIES
CASE=re.compile(r"\b\d{3} \d{3} \d{3} \d{4}\b")
@pytest.mark.parametrize("story",[s for s in STORIES if not os.environ.get("ONLY") or s.stem in os.environ["ONLY"].split(",")],ids=lambda p:p.stem)
def test_record(sala,story,database_url):
    if database_url.startswith("postgres"): pytest.skip("once")
    text=story.read_text(encoding="utf8"); st=Story(sala,text); out=[text.splitlines()[0]]
    cases={}
    def masked(screen):
        def name(m):
            return "{%s}"%cases.setdefault(m[0], "case" if not cases else f"case{len(cases)+1}")
        t=CASE.sub(name,screen)
        t=re.sub(r"(answer by )[^.]+(\.)",r"\1{due}\2",t)
        return t
    def show(s): out.extend("< "+l for l in s.splitlines())
    st.same=lambda *a: None
    try:
        for n,line in enumerate(st.lines,2):
            if line.startswith("<"): continue
            word,_,rest=line.partition(" ")
            if word=="=":
                out.append(line+"   ###CHECK"); continue
            m=re.sub(r"\{(\w+)\}",lambda m:[k for k,v in cases.items() if v==m[1]][0].replace(" ",""),line) if "{" in line else line
            st.act(m,n); out.append(line)
            if word in ("dial",">"): show(masked(st.caller.screen))
    except BaseException as e:
        out.append(f"!!! {type(e).__name__} {e}")
    Path("/tmp/rec").mkdir(exist_ok=True)
    (Path("/tmp/rec")/story.name).write_text("\n".join(out)+"\n",encoding="utf8")
