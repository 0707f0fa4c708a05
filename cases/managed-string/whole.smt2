; Two tasks append n letters each to a string, and each append is one call under the manager's lock: whatever n, the
; string ends with n times 'o' and n times 'x', in some order.
;
; hidden: pa 0 3, pb 0 3, oa 0 n, xa 0 n, ob 0 n, xb 0 n
(declare-const n Int)  ; letters a task
(declare-const o Int) (declare-const o! Int)  ; how many times the string has 'o'; x! is x after a step
(declare-const x Int) (declare-const x! Int)  ; how many times it has 'x'
(declare-const a Int) (declare-const a! Int)  ; how often the task that appends 'o' has done so
(declare-const b Int) (declare-const b! Int)  ; the same of 'x'
; Where a task is: 0 outside, 1 holds the lock, 2 has read the string, 3 has written it.
(declare-const pa Int) (declare-const pa! Int)
(declare-const pb Int) (declare-const pb! Int)
(declare-const oa Int) (declare-const oa! Int)  ; the letters of the string that it has read
(declare-const xa Int) (declare-const xa! Int)
(declare-const ob Int) (declare-const ob! Int)
(declare-const xb Int) (declare-const xb! Int)

(define-fun init () Bool (and (<= 0 n) (= o x a b pa pb oa xa ob xb 0)))

(define-fun string.stays () Bool (and (= o! o) (= x! x)))
(define-fun a.read.stays () Bool (and (= oa! oa) (= xa! xa)))
(define-fun b.read.stays () Bool (and (= ob! ob) (= xb! xb)))
(define-fun a.stays () Bool (and (= a! a) (= pa! pa) a.read.stays))
(define-fun b.stays () Bool (and (= b! b) (= pb! pb) b.read.stays))
(define-fun next () Bool (or
  (and b.stays string.stays a.read.stays (= a! a) (= pa 0) (< a n) (= pb 0) (= pa! 1))
  (and b.stays string.stays (= a! a) (= pa 1) (= oa! o) (= xa! x) (= pa! 2))
  (and b.stays a.read.stays (= a! a) (= pa 2) (= o! (+ oa 1)) (= x! xa) (= pa! 3))
  (and b.stays string.stays a.read.stays (= a! (+ a 1)) (= pa 3) (= pa! 0))
  (and a.stays string.stays b.read.stays (= b! b) (= pb 0) (< b n) (= pa 0) (= pb! 1))
  (and a.stays string.stays (= b! b) (= pb 1) (= ob! o) (= xb! x) (= pb! 2))
  (and a.stays b.read.stays (= b! b) (= pb 2) (= o! ob) (= x! (+ xb 1)) (= pb! 3))
  (and a.stays string.stays b.read.stays (= b! (+ b 1)) (= pb 3) (= pb! 0))))

; One task at a time is inside.
(define-fun inv.exclusion () Bool (or (= pa 0) (= pb 0)))
; The string has every 'o' that was appended, and one more where the task has written and not left yet.
(define-fun inv.os () Bool (= o (+ a (ite (= pa 3) 1 0))))
; The same of 'x'.
(define-fun inv.xs () Bool (= x (+ b (ite (= pb 3) 1 0))))
; What a task has read is still the string when it writes.
(define-fun inv.fresh-a () Bool (=> (= pa 2) (and (= oa o) (= xa x))))
(define-fun inv.fresh-b () Bool (=> (= pb 2) (and (= ob o) (= xb x))))

(define-fun ended () Bool (and (= a n) (= b n) (= pa 0) (= pb 0)))
(define-fun safe () Bool (=> ended (= o x n)))
