; Two processes, a and b, write "Hi" and "Yo" on one page, n times each, with a lock on it around each greeting: whatever n
; (for which the page is large enough), it has 4n letters at the end, each of its places was written to once, and it reads
; "Hi" or "Yo" from each second place on. What is said of the greeting after k others is said of each, for k may be any.
;
; Letters are numbers: 1 H, 2 i, 3 Y, 4 o.
;
; hidden: l 0 1, d 0 2, pa 0 7, pb 0 7, ta 0 4n, tb 0 4n
(declare-const n Int)  ; greetings of each process
(declare-const k Int)  ; one of all
(assert (and (<= 0 k) (< k (* 2 n))))
(declare-const l Int) (declare-const l! Int)  ; 1: the lock is held; l! is l after a step
(declare-const u Int) (declare-const u! Int)  ; letters on the page: used
(declare-const x Int) (declare-const x! Int)  ; text[2k]
(declare-const y Int) (declare-const y! Int)  ; text[2k + 1]
(declare-const d Int) (declare-const d! Int)  ; how often these two were written to
(declare-const a Int) (declare-const a! Int)  ; greetings that are complete
(declare-const b Int) (declare-const b! Int)
; Where a process is: 0 outside, 1 holds the lock, 2 has read how full the page is, 3 has written its first letter, 4 has
; noted that the page is fuller, 5 to 7: the same for the second.
(declare-const pa Int) (declare-const pa! Int)
(declare-const pb Int) (declare-const pb! Int)
(declare-const ta Int) (declare-const ta! Int)  ; how full it was
(declare-const tb Int) (declare-const tb! Int)
(declare-const f Int) (declare-const f! Int)  ; 1: main has forked a, 2: b too, 3 and 4: has waited for their ends

(define-fun init () Bool (= l u x y d a b pa pb ta tb f 0))

(define-fun lock.stays () Bool (= l! l))
(define-fun text.stays () Bool (and (= x! x) (= y! y) (= d! d)))
(define-fun page.stays () Bool (and text.stays (= u! u)))
(define-fun a.stays () Bool (and (= a! a) (= pa! pa) (= ta! ta)))
(define-fun b.stays () Bool (and (= b! b) (= pb! pb) (= tb! tb)))
(define-fun written ((at Int) (letter Int)) Bool (and (= u! u) (= x! (ite (= at (* 2 k)) letter x))
  (= y! (ite (= at (+ (* 2 k) 1)) letter y)) (= d! (ite (<= (* 2 k) at (+ (* 2 k) 1)) (+ d 1) d))))
(define-fun guard.lock () Bool (= l 0))
(define-fun guard.join-a () Bool (and (= pa 0) (= a n)))
(define-fun guard.join-b () Bool (and (= pb 0) (= b n)))
; A greeting of these two letters by a process with c greetings complete, that is at p and has read t
(define-fun greet ((first Int) (second Int) (c Int) (c! Int) (p Int) (p! Int) (t Int) (t! Int)) Bool (or
  (and (= p 0) (< c n) guard.lock (= p! 1) (= l! 1) page.stays (= c! c) (= t! t))
  (and (or (= p 1) (= p 4)) (= p! (+ p 1)) (= t! u) page.stays lock.stays (= c! c))
  (and (= p 2) (= p! 3) (written t first) lock.stays (= c! c) (= t! t))
  (and (= p 5) (= p! 6) (written t second) lock.stays (= c! c) (= t! t))
  (and (or (= p 3) (= p 6)) (= p! (+ p 1)) (= u! (+ t 1)) text.stays lock.stays (= c! c) (= t! t))
  (and (= p 7) (= p! 0) (= l! 0) (= c! (+ c 1)) page.stays (= t! t))))
(define-fun next () Bool (or
  (and (<= 1 f) (greet 1 2 a a! pa pa! ta ta!) b.stays (= f! f))
  (and (<= 2 f) (greet 3 4 b b! pb pb! tb tb!) a.stays (= f! f))
  (and (<= 0 f 1) (= f! (+ f 1)) lock.stays page.stays a.stays b.stays)
  (and (= f 2) guard.join-a (= f! 3) lock.stays page.stays a.stays b.stays)
  (and (= f 3) guard.join-b (= f! 4) lock.stays page.stays a.stays b.stays)))

; One process at a time holds the lock.
(define-fun inv.lock () Bool (and (<= 0 l 1) (= l (+ (ite (<= 1 pa 7) 1 0) (ite (<= 1 pb 7) 1 0)))))
; The page has two letters for each greeting, and those that have been written of the next.
(define-fun inv.used () Bool (= u (+ (* 2 (+ a b)) (ite (<= 4 pa 6) 1 0) (ite (= pa 7) 2 0) (ite (<= 4 pb 6) 1 0)
  (ite (= pb 7) 2 0))))
; What a process has read of it is still so when it writes.
(define-fun inv.fresh-a () Bool (=> (or (<= 2 pa 3) (<= 5 pa 6)) (= ta u)))
(define-fun inv.fresh-b () Bool (=> (or (<= 2 pb 3) (<= 5 pb 6)) (= tb u)))
; Greetings that are complete are whole, of letters that were written once.
(define-fun inv.whole () Bool (=> (or (< k (+ a b)) (and (= k (+ a b)) (or (<= 6 pa 7) (<= 6 pb 7))))
  (and (= d 2) (or (and (= x 1) (= y 2)) (and (= x 3) (= y 4))))))
; Of the one that is being written, the first letter is on the page.
(define-fun inv.half () Bool (and (=> (and (= k (+ a b)) (<= 3 pa 5)) (and (= d 1) (= x 1)))
  (=> (and (= k (+ a b)) (<= 3 pb 5)) (and (= d 1) (= x 3)))))
; And of those to come, nothing is.
(define-fun inv.blank () Bool (=> (or (> k (+ a b)) (and (= k (+ a b)) (not (<= 3 pa 7)) (not (<= 3 pb 7)))) (= d 0)))
; Neither writes more greetings than it is to.
(define-fun inv.counts () Bool (and (<= (+ a (ite (<= 1 pa 7) 1 0)) n) (<= (+ b (ite (<= 1 pb 7) 1 0)) n)))
; Who has been waited for writes nothing any more.
(define-fun inv.joined () Bool (and (=> (<= 3 f) (and (= pa 0) (= a n))) (=> (<= 4 f) (and (= pb 0) (= b n)))))

(define-fun ended () Bool (= f 4))
(define-fun safe () Bool (and (<= u (* 4 n)) (=> (or (= pa 2) (= pa 5)) (< ta (* 4 n)))
  (=> (or (= pb 2) (= pb 5)) (< tb (* 4 n)))
  (=> ended (and (= u (* 4 n)) (= d 2) (or (and (= x 1) (= y 2)) (and (= x 3) (= y 4)))))))
