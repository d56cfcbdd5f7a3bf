from tests.driver import STAGE, visit
GRAB="""() => { const c=document.querySelector('.stage .contour canvas'); const q=[...document.querySelectorAll('.contour canvas')].find(c=>!c.closest('.plot')); window.shots??=[]; const d=q.getContext('2d').getImageData(0,0,q.width,q.height); window.shots.push(d); return [q.width,q.height]; }"""
DIFF="""([a,b]) => { const A=new Uint32Array(shots[a].data.buffer),B=new Uint32Array(shots[b].data.buffer),w=shots[a].width; let n=0,box=[1e9,1e9,-1,-1],most=0; for(let i=0;i<A.length;i++) if(A[i]!==B[i]){n++;const x=i%w,y=(i/w)|0;box=[Math.min(box[0],x),Math.min(box[1],y),Math.max(box[2],x),Math.max(box[3],y)];for(let s=0;s<24;s+=8)most=Math.max(most,Math.abs(((A[i]>>s)&255)-((B[i]>>s)&255)))} return [n,box,most]; }"""
def test_x(page):
    visit(page, "on=sgd&step=5")
    print(page.evaluate(GRAB))
    page.evaluate("() => new Promise(r => setTimeout(r, 800))")
    print(page.evaluate(GRAB))
    for a in ("1","10","off"):
        page.get_by_label("arrows").select_option(a)
        page.evaluate("() => new Promise(r => setTimeout(r, 800))")
        print(a, page.evaluate(GRAB), page.evaluate("document.querySelector('[data-stage]').dataset.scene"))
    print("0-1", page.evaluate(DIFF,[0,1]), "1-4", page.evaluate(DIFF,[1,4]), "1-3", page.evaluate(DIFF,[1,3]))
