"""The rendered toy portal."""
def test_home(rendered):
    print(sorted(str(p.relative_to(rendered)) for p in rendered.rglob("*"))[:60])
    assert (rendered / "index.html").is_file()
