; Two threads, a and b, work in n phases: in each, a thread writes its cell, meets the other, reads the other's cell,
; and meets the other again. Whatever n, what it reads is what the other wrote in the same phase, and nobody is more
; than one phase ahead.
;
; A thread in phase f has been to 2(f - 1) + e meetings.
;
; hidden: pa 0 5, ma 0 2n, ta 0 1, pb 0 5, mb 0 2n, tb 0 1
(declare-const n Int)  ; phases
(declare-const ca Int) (declare-const ca! Int)  ; thread a's cell; x! is x after a step
(declare-const cb Int) (declare-const cb! Int)
(declare-const fa Int) (declare-const fa! Int)  ; the phase that it is in; n + 1 when it has ended
(declare-const fb Int) (declare-const fb! Int)
(declare-const ea Int) (declare-const ea! Int)  ; 1: it has been to the first meeting of this phase
(declare-const eb Int) (declare-const eb! Int)
(declare-const da Int) (declare-const da! Int)  ; 1: it has written, or read, and its next step is to meet
(declare-const db Int) (declare-const db! Int)
(declare-const ra Int) (declare-const ra! Int)  ; what it has read last
(declare-const rb Int) (declare-const rb! Int)
(declare-const h Int) (declare-const h! Int)  ; meetings that there have been
(declare-const v Int) (declare-const v! Int)  ; threads that are there for the next one
; Where a thread is in arrive_and_wait(): 1 holds the lock, 2 has read h and v, 3 is counted and looks at h, 4 may go,
; 5 waits without the lock; 0 outside.
(declare-const pa Int) (declare-const pa! Int)
(declare-const pb Int) (declare-const pb! Int)
(declare-const ma Int) (declare-const ma! Int)  ; the h that it has read
(declare-const mb Int) (declare-const mb! Int)
(declare-const ta Int) (declare-const ta! Int)  ; the v that it has read
(declare-const tb Int) (declare-const tb! Int)

(define-fun init () Bool (and (<= 0 n) (= fa fb 1) (= ea eb da db ca cb ra rb h v pa pb ma mb ta tb 0)))

(define-fun a.phase.stays () Bool (and (= fa! fa) (= ea! ea)))
(define-fun b.phase.stays () Bool (and (= fb! fb) (= eb! eb)))
(define-fun a.next.stays () Bool (= da! da))
(define-fun b.next.stays () Bool (= db! db))
(define-fun a.cell.stays () Bool (= ca! ca))
(define-fun b.cell.stays () Bool (= cb! cb))
(define-fun a.read.stays () Bool (= ra! ra))
(define-fun b.read.stays () Bool (= rb! rb))
(define-fun meeting.stays () Bool (and (= h! h) (= v! v)))
(define-fun a.stays () Bool (and (= pa! pa) (= ma! ma) (= ta! ta)))
(define-fun b.stays () Bool (and (= pb! pb) (= mb! mb) (= tb! tb)))
(define-fun next () Bool (or
  ; thread a writes its cell before the first meeting of a phase, and reads the other's after it
  (and (= pa 0) (= da 0) (= ea 0) (<= fa n) (= da! 1) (= ca! fa) a.phase.stays b.phase.stays b.next.stays
    b.cell.stays a.read.stays b.read.stays meeting.stays a.stays b.stays)
  (and (= pa 0) (= da 0) (= ea 1) (= da! 1) (= ra! cb) a.phase.stays b.phase.stays b.next.stays a.cell.stays
    b.cell.stays b.read.stays meeting.stays a.stays b.stays)
  ; it comes to the meeting, where the last to come lets all go on
  (and (= pa 0) (= da 1) (not (<= 1 pb 4)) (= pa! 1) a.phase.stays b.phase.stays a.next.stays b.next.stays
    a.cell.stays b.cell.stays a.read.stays b.read.stays meeting.stays (= ma! ma) (= ta! ta) b.stays)
  (and (= pa 1) (= pa! 2) (= ma! h) (= ta! v) a.phase.stays b.phase.stays a.next.stays b.next.stays a.cell.stays
    b.cell.stays a.read.stays b.read.stays meeting.stays b.stays)
  (and (= pa 2) (= (+ ta 1) 2) (= pa! 4) (= v! 0) (= h! (+ h 1)) a.phase.stays b.phase.stays a.next.stays
    b.next.stays a.cell.stays b.cell.stays a.read.stays b.read.stays (= ma! ma) (= ta! ta) b.stays)
  (and (= pa 2) (not (= (+ ta 1) 2)) (= pa! 3) (= v! (+ ta 1)) a.phase.stays b.phase.stays a.next.stays b.next.stays
    a.cell.stays b.cell.stays a.read.stays b.read.stays (= h! h) (= ma! ma) (= ta! ta) b.stays)
  (and (= pa 3) (= h ma) (= pa! 5) a.phase.stays b.phase.stays a.next.stays b.next.stays a.cell.stays b.cell.stays
    a.read.stays b.read.stays meeting.stays (= ma! ma) (= ta! ta) b.stays)
  (and (= pa 5) (not (<= 1 pb 4)) (= pa! 3) a.phase.stays b.phase.stays a.next.stays b.next.stays a.cell.stays
    b.cell.stays a.read.stays b.read.stays meeting.stays (= ma! ma) (= ta! ta) b.stays)
  (and (= pa 3) (not (= h ma)) (= pa! 4) a.phase.stays b.phase.stays a.next.stays b.next.stays a.cell.stays
    b.cell.stays a.read.stays b.read.stays meeting.stays (= ma! ma) (= ta! ta) b.stays)
  (and (= pa 4) (= ea 0) (= pa! 0) (= da! 0) (= ea! 1) (= fa! fa) b.phase.stays b.next.stays a.cell.stays
    b.cell.stays a.read.stays b.read.stays meeting.stays (= ma! ma) (= ta! ta) b.stays)
  (and (= pa 4) (= ea 1) (= pa! 0) (= da! 0) (= ea! 0) (= fa! (+ fa 1)) b.phase.stays b.next.stays a.cell.stays
    b.cell.stays a.read.stays b.read.stays meeting.stays (= ma! ma) (= ta! ta) b.stays)
  ; thread b writes its cell before the first meeting of a phase, and reads the other's after it
  (and (= pb 0) (= db 0) (= eb 0) (<= fb n) (= db! 1) (= cb! fb) a.phase.stays b.phase.stays a.next.stays
    a.cell.stays a.read.stays b.read.stays meeting.stays a.stays b.stays)
  (and (= pb 0) (= db 0) (= eb 1) (= db! 1) (= rb! ca) a.phase.stays b.phase.stays a.next.stays a.cell.stays
    b.cell.stays a.read.stays meeting.stays a.stays b.stays)
  ; it comes to the meeting, where the last to come lets all go on
  (and (= pb 0) (= db 1) (not (<= 1 pa 4)) (= pb! 1) a.phase.stays b.phase.stays a.next.stays b.next.stays
    a.cell.stays b.cell.stays a.read.stays b.read.stays meeting.stays a.stays (= mb! mb) (= tb! tb))
  (and (= pb 1) (= pb! 2) (= mb! h) (= tb! v) a.phase.stays b.phase.stays a.next.stays b.next.stays a.cell.stays
    b.cell.stays a.read.stays b.read.stays meeting.stays a.stays)
  (and (= pb 2) (= (+ tb 1) 2) (= pb! 4) (= v! 0) (= h! (+ h 1)) a.phase.stays b.phase.stays a.next.stays
    b.next.stays a.cell.stays b.cell.stays a.read.stays b.read.stays a.stays (= mb! mb) (= tb! tb))
  (and (= pb 2) (not (= (+ tb 1) 2)) (= pb! 3) (= v! (+ tb 1)) a.phase.stays b.phase.stays a.next.stays b.next.stays
    a.cell.stays b.cell.stays a.read.stays b.read.stays (= h! h) a.stays (= mb! mb) (= tb! tb))
  (and (= pb 3) (= h mb) (= pb! 5) a.phase.stays b.phase.stays a.next.stays b.next.stays a.cell.stays b.cell.stays
    a.read.stays b.read.stays meeting.stays a.stays (= mb! mb) (= tb! tb))
  (and (= pb 5) (not (<= 1 pa 4)) (= pb! 3) a.phase.stays b.phase.stays a.next.stays b.next.stays a.cell.stays
    b.cell.stays a.read.stays b.read.stays meeting.stays a.stays (= mb! mb) (= tb! tb))
  (and (= pb 3) (not (= h mb)) (= pb! 4) a.phase.stays b.phase.stays a.next.stays b.next.stays a.cell.stays
    b.cell.stays a.read.stays b.read.stays meeting.stays a.stays (= mb! mb) (= tb! tb))
  (and (= pb 4) (= eb 0) (= pb! 0) (= db! 0) (= eb! 1) a.phase.stays (= fb! fb) a.next.stays a.cell.stays
    b.cell.stays a.read.stays b.read.stays meeting.stays a.stays (= mb! mb) (= tb! tb))
  (and (= pb 4) (= eb 1) (= pb! 0) (= db! 0) (= eb! 0) (= fb! (+ fb 1)) a.phase.stays a.next.stays a.cell.stays
    b.cell.stays a.read.stays b.read.stays meeting.stays a.stays (= mb! mb) (= tb! tb))))

; One thread at a time holds the lock.
(define-fun inv.exclusion () Bool (not (and (<= 1 pa 4) (<= 1 pb 4))))
; A thread has been to every meeting that there was, but for one that it was counted for and has not left yet.
(define-fun inv.met-a () Bool (and (<= 0 ea 1) (<= 0 da 1) (=> (> pa 0) (= da 1))
  (=> (<= 0 pa 2) (= h (+ (* 2 (- fa 1)) ea)))
  (=> (= pa 4) (= h (+ (* 2 (- fa 1)) ea 1)))
  (=> (or (= pa 3) (= pa 5)) (and (= ma (+ (* 2 (- fa 1)) ea)) (<= ma h (+ ma 1)))) (<= 0 pa 5)))
(define-fun inv.met-b () Bool (and (<= 0 eb 1) (<= 0 db 1) (=> (> pb 0) (= db 1))
  (=> (<= 0 pb 2) (= h (+ (* 2 (- fb 1)) eb)))
  (=> (= pb 4) (= h (+ (* 2 (- fb 1)) eb 1)))
  (=> (or (= pb 3) (= pb 5)) (and (= mb (+ (* 2 (- fb 1)) eb)) (<= mb h (+ mb 1)))) (<= 0 pb 5)))
; Who is there for the next meeting are those who were counted and wait for it, and that is never both.
(define-fun inv.present () Bool (and (<= v 1)
  (= v (+ (ite (and (or (= pa 3) (= pa 5)) (= ma h)) 1 0)
          (ite (and (or (= pb 3) (= pb 5)) (= mb h)) 1 0)))))
; What a thread has read of the meetings is still so when it counts itself.
(define-fun inv.fresh-a () Bool (=> (= pa 2) (and (= ta v) (= ma h))))
(define-fun inv.fresh-b () Bool (=> (= pb 2) (and (= tb v) (= mb h))))
; A cell has the number of its thread's phase, or of the one before as long as the thread is still to write.
(define-fun inv.cell-a () Bool (= ca (ite (and (= ea 0) (= da 0)) (- fa 1) fa)))
(define-fun inv.cell-b () Bool (= cb (ite (and (= eb 0) (= db 0)) (- fb 1) fb)))
; What a thread has read is the number of its own phase.
(define-fun inv.read-a () Bool (=> (and (= ea 1) (= da 1)) (= ra fa)))
(define-fun inv.read-b () Bool (=> (and (= eb 1) (= db 1)) (= rb fb)))

(define-fun ended () Bool (and (= fa (+ n 1)) (= fb (+ n 1))))
(define-fun safe () Bool (and (<= (- fa 1) fb (+ fa 1))
  (=> (and (= ea 1) (= da 1)) (= ra fa)) (=> (and (= eb 1) (= db 1)) (= rb fb))))
