; Two worker processes, a and b, square numbers under a robust lock, and either may die anywhere; then main does what is
; left: whatever n, and whoever dies and when, each number's square is at its place at the end. What is said of one number,
; j, is said of each, for it may be any. (In run() the first worker dies at one place, with --crash-children both do
; anywhere: both are among what the model does.)
;
; Reads of being_done with nothing in between that could change it are one step.
;
; hidden: l 0 3, o 0 1, pa 0 16, pb 0 16, pm 0 15, ta 0 2n, tb 0 2n, tm 0 2n
(declare-const n Int)  ; numbers, 0 to n - 1
(declare-const j Int)  ; one of them
(assert (and (<= 0 j) (< j n)))
(declare-const l Int) (declare-const l! Int)  ; who holds the lock: 0 nobody, 1 a, 2 b, 3 main; l! is l after a step
(declare-const o Int) (declare-const o! Int)  ; 1: a holder has died, and nobody has made the lock consistent since
(declare-const x Int) (declare-const x! Int)  ; next
(declare-const u Int) (declare-const u! Int)  ; being_done
(declare-const r Int) (declare-const r! Int)  ; results[j]
; Where one is: 0 outside; 1 has the lock and was told that its owner died, 2 has seen that something was begun, 3 has read
; what, 4 has set the index back to it, or need not; 5 has the lock, and it is consistent; 6 has read the index, 7 has read
; it again, 8 has noted what is being done, 9 has read the index once more, 10 has moved it on, 11 has read what is being
; done, 12 has written its square, 14 has noted that this is done; 13 has seen that nothing is left, 15 has given the lock
; back after that and ended; 16 has died.
(declare-const pa Int) (declare-const pa! Int)
(declare-const pb Int) (declare-const pb! Int)
(declare-const pm Int) (declare-const pm! Int)
(declare-const ta Int) (declare-const ta! Int)  ; what it has read
(declare-const tb Int) (declare-const tb! Int)
(declare-const tm Int) (declare-const tm! Int)
(declare-const f Int) (declare-const f! Int)  ; 1: main has forked one worker, 2: both, 3 and 4: has waited for their ends

(define-fun init () Bool (and (= u (- 1)) (= l o x r pa pb pm ta tb tm f 0)))

(define-fun lock.stays () Bool (and (= l! l) (= o! o)))
(define-fun work.stays () Bool (and (= x! x) (= u! u) (= r! r)))
(define-fun a.stays () Bool (and (= pa! pa) (= ta! ta)))
(define-fun b.stays () Bool (and (= pb! pb) (= tb! tb)))
(define-fun main.stays () Bool (and (= pm! pm) (= tm! tm)))
(define-fun guard.lock () Bool (= l 0))
; Who takes the lock is told where its owner died.
(define-fun guard.told () Bool (= o 0))
; work() by the one with number `me`, who is at p and has read t
(define-fun work ((me Int) (p Int) (p! Int) (t Int) (t! Int)) Bool (or
  (and (= p 0) guard.lock (= o 1) (= p! 1) (= l! me) (= o! o) work.stays (= t! t))
  (and (= p 0) guard.lock guard.told (= p! 5) (= l! me) (= o! o) work.stays (= t! t))
  (and (= p 1) (>= u 0) (= p! 2) lock.stays work.stays (= t! t))
  (and (= p 1) (< u 0) (= p! 4) lock.stays work.stays (= t! t))
  (and (= p 2) (= p! 3) (= t! u) lock.stays work.stays)
  (and (= p 3) (= p! 4) (= x! t) (= u! u) (= r! r) lock.stays (= t! t))
  (and (= p 4) (= p! 5) (= o! 0) (= l! l) work.stays (= t! t))
  (and (= p 5) (= p! 6) (= t! x) lock.stays work.stays)
  (and (= p 6) (< t n) (= p! 7) (= t! x) lock.stays work.stays)
  (and (= p 6) (>= t n) (= p! 13) lock.stays work.stays (= t! t))
  (and (= p 7) (= p! 8) (= u! t) (= x! x) (= r! r) lock.stays (= t! t))
  (and (= p 8) (= p! 9) (= t! x) lock.stays work.stays)
  (and (= p 9) (= p! 10) (= x! (+ t 1)) (= u! u) (= r! r) lock.stays (= t! t))
  (and (= p 10) (= p! 11) (= t! u) lock.stays work.stays)
  (and (= p 11) (= p! 12) (= r! (ite (= t j) (* t t) r)) (= x! x) (= u! u) lock.stays (= t! t))
  (and (= p 12) (= p! 14) (= u! (- 1)) (= x! x) (= r! r) lock.stays (= t! t))
  (and (= p 14) (= p! 0) (= l! 0) (= o! o) work.stays (= t! t))
  (and (= p 13) (= p! 15) (= l! 0) (= o! o) work.stays (= t! t))))
(define-fun die ((me Int) (p Int) (p! Int) (t Int) (t! Int)) Bool
  (and (<= 0 p 14) (= p! 16) (ite (= l me) (and (= l! 0) (= o! 1)) lock.stays) work.stays (= t! t)))
(define-fun next () Bool (or
  (and (<= 1 f) (or (work 1 pa pa! ta ta!) (die 1 pa pa! ta ta!)) b.stays main.stays (= f! f))
  (and (<= 2 f) (or (work 2 pb pb! tb tb!) (die 2 pb pb! tb tb!)) a.stays main.stays (= f! f))
  (and (= f 4) (work 3 pm pm! tm tm!) a.stays b.stays (= f! f))
  (and (or (<= 0 f 1) (and (= f 2) (<= 15 pa 16)) (and (= f 3) (<= 15 pb 16))) (= f! (+ f 1)) lock.stays work.stays a.stays
    b.stays main.stays)))

; Who is inside holds the lock.
(define-fun inv.lock-a () Bool (= (= l 1) (<= 1 pa 14)))
(define-fun inv.lock-b () Bool (= (= l 2) (<= 1 pb 14)))
(define-fun inv.lock-main () Bool (= (= l 3) (<= 1 pm 14)))
; All before the index is done; while something is being done, all before that, and the index is there or one further.
(define-fun inv.work () Bool (or (and (= u (- 1)) (=> (< j x) (= r (* j j))))
  (and (<= 0 u) (< u n) (<= u x (+ u 1)) (=> (< j u) (= r (* j j))))))
(define-fun inv.index () Bool (<= 0 x))
; Where nobody is inside and nobody died there, nothing is being done.
(define-fun inv.consistent () Bool (=> (= l o 0) (= u (- 1))))
; Where something was begun, the index is set back to it before one goes on.
(define-fun inv.back-a () Bool (=> (<= 4 pa 7) (or (= u (- 1)) (= u x))))
(define-fun inv.back-b () Bool (=> (<= 4 pb 7) (or (= u (- 1)) (= u x))))
(define-fun inv.back-main () Bool (=> (<= 4 pm 7) (or (= u (- 1)) (= u x))))
; What one has read is still so.
(define-fun inv.fresh-a () Bool (and (=> (or (= pa 3) (= pa 11)) (= ta u)) (=> (or (<= 6 pa 7) (= pa 9)) (= ta x))))
(define-fun inv.fresh-b () Bool (and (=> (or (= pb 3) (= pb 11)) (= tb u)) (=> (or (<= 6 pb 7) (= pb 9)) (= tb x))))
(define-fun inv.fresh-main () Bool (and (=> (or (= pm 3) (= pm 11)) (= tm u)) (=> (or (<= 6 pm 7) (= pm 9)) (= tm x))))
; How far one is with a number.
(define-fun inv.step-a () Bool (and (=> (<= 2 pa 3) (<= 0 u)) (=> (= pa 7) (< x n)) (=> (<= 8 pa 9) (= u x))
  (=> (<= 10 pa 12) (= (+ u 1) x)) (=> (and (= pa 12) (= u j)) (= r (* j j))) (=> (<= 13 pa 14) (= u (- 1)))
  (=> (= pa 13) (<= n x))))
(define-fun inv.step-b () Bool (and (=> (<= 2 pb 3) (<= 0 u)) (=> (= pb 7) (< x n)) (=> (<= 8 pb 9) (= u x))
  (=> (<= 10 pb 12) (= (+ u 1) x)) (=> (and (= pb 12) (= u j)) (= r (* j j))) (=> (<= 13 pb 14) (= u (- 1)))
  (=> (= pb 13) (<= n x))))
(define-fun inv.step-main () Bool (and (=> (<= 2 pm 3) (<= 0 u)) (=> (= pm 7) (< x n)) (=> (<= 8 pm 9) (= u x))
  (=> (<= 10 pm 12) (= (+ u 1) x)) (=> (and (= pm 12) (= u j)) (= r (* j j))) (=> (<= 13 pm 14) (= u (- 1)))
  (=> (= pm 13) (<= n x))))
; Who ends has seen that nothing is left, and nothing is any more.
(define-fun inv.last () Bool (=> (or (= pa 15) (= pb 15) (= pm 15)) (and (<= n x) (= u (- 1)))))

(define-fun ended () Bool (= pm 15))
(define-fun safe () Bool (=> ended (= r (* j j))))
